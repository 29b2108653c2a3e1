import { maskSecrets } from '../../../../../src/shared/text/secrets/mask';

/** A text, what must be gone from it, and what must stay. */
export type Row = [text: string, gone: string | string[], stays?: string | string[]];

const LETTERS = 'aB3dE5fG7hJ9kL2mN4pQ6rS8tU0vWxYz';

/** So many characters as an issuer would draw them. Put together here, so that no scanner takes a test for a leak. */
export function drawn(length: number, letters = LETTERS): string {
  return Array.from({ length }, (_, index) => letters[(index * 7 + 3) % letters.length]).join('');
}

export const hex = (length: number) => drawn(length, '0a1b2c3d4e5f6789');
export const base64 = (text: string) => Buffer.from(text).toString('base64');

export function expectMasked([text, gone, stays = []]: Row): void {
  const masked = maskSecrets(text);
  for (const secret of [gone].flat()) {
    expect(text).toContain(secret);
    expect(masked).not.toContain(secret);
  }
  for (const word of [stays].flat()) expect(masked).toContain(word);
  expect(masked).toContain('***');
}
