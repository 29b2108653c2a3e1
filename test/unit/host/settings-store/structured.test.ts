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
    expect(inYaml('mode').change('mode: full # all\n', 'short')).toBe('mode: "short" # all\n');
  });
});
