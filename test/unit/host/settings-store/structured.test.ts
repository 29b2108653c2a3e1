import { createStructuredFormat } from '../../../../src/host/settings-store/structured';

const JSON_FILE = '{\n\t"openai": { "max_qps": 8, "key": "sk-secret" },\n  "max_qps": 3\n}\n';
const YAML_FILE = `# Limits of KingFisher.
orchestrator:
    max_workers:   8   # was 6 before May
openai: {max_qps: 8, models: [a, b]}

empty:
`;

const inJson = createStructuredFormat('json', ['openai', 'max_qps']);
const inYaml = (...path: string[]) => createStructuredFormat('yaml', path);

describe('a value in a JSON file', () => {
  it('is found, and changed alone', () => {
    expect(inJson.find(JSON_FILE)).toEqual({ value: 8 });
    expect(inJson.change(JSON_FILE, 4)).toBe(JSON_FILE.replace('8', '4'));
  });

  it('keeps its type', () => {
    expect(inJson.find('{"openai": {"max_qps": "8"}}')).toEqual({ value: '8' });
    expect(inJson.find('{"openai": {"max_qps": true}}')).toEqual({ value: true });
    expect(inJson.change('{"openai": {"max_qps": "8"}}', 'a"b')).toBe('{"openai": {"max_qps": "a\\"b"}}');
  });

  it.each([
    ['half written', JSON_FILE.slice(0, 20)],
    ['empty', ''],
    ['YAML and no JSON', 'openai: {max_qps: 8}'],
    ['with the key twice', '{"openai": {"max_qps": 8, "max_qps": 9}}'],
    ['with a list in its place', '{"openai": {"max_qps": [8]}}'],
    ['with nothing in its place', '{"openai": {"max_qps": null}}'],
  ])('cannot be relied on: %s', (_how, text) => {
    const found = inJson.find(text);
    expect(typeof found).toBe('string');
    expect(found).not.toContain('secret');
    expect(() => inJson.change(text, 4)).toThrow(/nothing was changed/);
  });

  it('may not be there', () => {
    expect(inJson.find('{"openai": {}}')).toBeUndefined();
    expect(inJson.find('[]')).toBeUndefined();
  });
});

describe('a value in a YAML file', () => {
  it('is changed with comments, order and layout kept', () => {
    const changed = inYaml('orchestrator', 'max_workers').change(YAML_FILE, 4);
    expect(changed).toBe(YAML_FILE.replace('max_workers:   8', 'max_workers:   4'));
    expect(inYaml('openai', 'max_qps').change(YAML_FILE, 4)).toBe(YAML_FILE.replace('max_qps: 8', 'max_qps: 4'));
  });

  it.each([
    ['an anchor that others use', 'a: &x 8\nopenai: {max_qps: *x}\n', ['a']],
    ['a place in what an anchor shares', 'a: &x {b: 8}\nc: *x\n', ['a', 'b']],
    ['an alias', 'a: &x 8\nopenai: {max_qps: *x}\n', ['openai', 'max_qps']],
    ['two documents', 'a: 8\n---\na: 9\n', ['a']],
    ['a tab for indentation', 'a:\n\tb: 8\n', ['a', 'b']],
  ])('is refused with %s', (_what, text, path) => {
    expect(() => inYaml(...path).change(text, 4)).toThrow(/nothing was changed/);
  });

  it('takes what is written as text for text', () => {
    expect(inYaml('mode').find('mode: full\n')).toEqual({ value: 'full' });
    expect(inYaml('mode').change('mode: full # all\n', 'short')).toBe('mode: short # all\n');
  });
});

describe('a value that is changed and put back', () => {
  it.each<[string, string | number | boolean]>([
    ['8', 4],
    ['-3', 4],
    ['0.5', 0.25],
    ['true', false],
    ['"full"', 'a"b'],
    ['"8"', '4'],
  ])('%s is byte for byte what it was, in both formats', (written, other) => {
    const json = `{"openai": {"max_qps": ${written}}}`;
    for (const [format, text] of [
      [inJson, json],
      [inYaml('openai', 'max_qps'), `openai:\n  max_qps: ${written} # note\n`],
    ] as const) {
      const { value } = format.find(text) as { value: string };
      const changed = format.change(text, other);
      expect(format.find(changed)).toEqual({ value: other });
      expect(format.change(changed, value)).toBe(text);
    }
  });

  it.each([
    ['full', 'short'],
    ["'full'", 'no'],
    ["'it is'", '8'],
    ['10m', '512MiB'],
  ])('%s too, in YAML', (written, other) => {
    const text = `a: ${written}\n`;
    const { value } = inYaml('a').find(text) as { value: string };
    const changed = inYaml('a').change(text, other);
    expect(inYaml('a').find(changed)).toEqual({ value: other });
    expect(inYaml('a').change(changed, value)).toBe(text);
  });

  it.each(['1.0', '1e3', '-0', '99999999999999999999', '1E3', '0.10', '"a\\u0062"', '"a\\/b"'])(
    'would not be what it was, and cannot be relied on: %s in JSON',
    (written) => {
      expect(inJson.find(`{"openai": {"max_qps": ${written}}}`)).toMatch(/not written plainly/);
    },
  );

  it.each([
    ...['010', '08', '0o10', '0x10', '1e3', '1.0', '+5', '.5', '5.', '1_000', '0b11', '1:30', '-0', '.inf', '1e-7'],
    ...[
      'yes',
      'No',
      'on',
      'OFF',
      'y',
      'True',
      'FALSE',
      '~',
      'Null',
      '2001-01-01',
      '!!int "8"',
      '!!str 8',
      '!x y',
      '!x full',
      '!!str full',
    ],
    ...['"a\\x62"', '"a\n  b"', '|\n  full', '>\n  full', 'full\n  mode', "'it''s'"],
  ])('would not be what it was, or is read differently by others: %s in YAML', (written) => {
    const found = inYaml('a').find(`a: ${written}\nb: 1\n`);
    expect(found).toMatch(/not written plainly|no number, text/);
    expect(() => inYaml('a').change(`a: ${written}\nb: 1\n`, 4)).toThrow(/nothing was changed/);
  });

  it('is read by the newer rules too, where the file asks for the older ones', () => {
    const text = '%YAML 1.1\n---\na: 0o10\nb: 8\n';
    expect(inYaml('a').find(text)).toMatch(/not written plainly/);
    expect(inYaml('b').find(text)).toEqual({ value: 8 });
  });

  it.each<[string, string | number]>([
    ['full', 'yes'],
    ['full', '010'],
    ['full', 'a: b'],
    ['full', ' a'],
    ['full', ''],
    ['full', 'a # b'],
    ["'full'", "it's"],
    ["'full'", 'a\nb'],
    ['8', 1e21],
    ['8', 1e-7],
    ['8', Infinity],
    ['"8"', 8],
  ])('%s may not become %j, which would be read as something else', (written, value) => {
    expect(() => inYaml('a').change(`a: ${written}\n`, value)).toThrow(/nothing was changed/);
  });
});
