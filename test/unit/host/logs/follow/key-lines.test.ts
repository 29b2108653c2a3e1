import { maskOnwards } from '../../../../../src/host/logs/follow/key-lines';
import { createRedactor } from '../../../../../src/host/redact';

const redact = createRedactor([]);
const mask = (lines: string[], keyLines = 0) => maskOnwards(lines, keyLines, redact, 1_000);
const KEY = ['-----BEGIN RSA PRIVATE KEY-----', 'MIIEpAIBAAKCAQEA1234', 'abcdABCD', '-----END RSA PRIVATE KEY-----'];

it('masks a private key, wherever one reading ends and the next begins', () => {
  for (let cut = 0; cut <= KEY.length; cut++) {
    const first = mask(['before', ...KEY.slice(0, cut)]);
    const second = mask([...KEY.slice(cut), 'after password=hunter22'], first.keyLines);
    const shown = [...first.lines, ...second.lines].join('\n');
    expect(shown).not.toMatch(/MIIE|abcd|hunter/);
    expect(first.lines[0]).toBe('before');
    expect(second.lines.at(-1)).toBe('after password=***');
    expect(second.keyLines).toBe(0);
  }
});

it('does not hide all that follows a beginning without an end', () => {
  let { keyLines } = mask([KEY[0]!]);
  expect(keyLines).toBe(200);
  for (let line = 0; line < 200; line++) ({ keyLines } = mask([`line ${line}`], keyLines));
  expect(mask(['shown'], keyLines)).toEqual({ lines: ['shown'], keyLines: 0 });
});

it('cuts a line after it is masked', () => {
  const { lines } = maskOnwards([`${'x'.repeat(40)} password=hunter22hunter22`], 0, redact, 60);
  expect(lines).toEqual([`${'x'.repeat(40)} password=***`]);
});
