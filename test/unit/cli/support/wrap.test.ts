import { wrap } from '../../../../src/cli/support/wrap';

describe('wrap', () => {
  const line = `${'x'.repeat(10)}  ${'word '.repeat(30).trim()}`;

  it('breaks between words, and sets what follows below the text', () => {
    const lines = wrap(line, 12, 70).split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const one of lines) expect(one.length).toBeLessThanOrEqual(70);
    for (const one of lines.slice(1)) expect(one).toMatch(/^ {12}word/);
    expect(lines.map((one) => one.trim()).join(' ')).toBe(line);
  });

  it('cuts a word that is longer than a line', () => {
    const lines = wrap(`${' '.repeat(12)}${'y'.repeat(200)}`, 12, 70).split('\n');
    for (const one of lines) expect(one.length).toBeLessThanOrEqual(70);
    expect(lines.join('').replace(/ /g, '')).toBe('y'.repeat(200));
  });

  it('leaves a line as it is where it fits, goes elsewhere, or the terminal is too narrow', () => {
    for (const width of [undefined, 500, 30]) expect(wrap(line, 12, width)).toBe(line);
  });
});
