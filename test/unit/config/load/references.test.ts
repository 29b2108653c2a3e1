import { hasReference, resolveReferences } from '../../../../src/config/load/references';

const env = { NAME: 'value', EMPTY: '', NESTED: '${NAME}' };

describe('resolveReferences', () => {
  it.each([
    ['${NAME}', 'value'],
    ['a ${NAME} b ${NAME}', 'a value b value'],
    ['${MISSING:-fallback}', 'fallback'],
    ['${MISSING:-}', ''],
    ['${EMPTY:-fallback}', 'fallback'],
    ['${NAME:-fallback}', 'value'],
    ['$${NAME}', '${NAME}'],
    ['$NAME and $', '$NAME and $'],
    ['${NESTED}', '${NAME}'],
    ['${MISSING:-a:-b}', 'a:-b'],
  ])('%s gives %s', (written, resolved) => {
    expect(resolveReferences({ key: [written] }, env)).toEqual({ value: { key: [resolved] }, problems: [] });
  });

  it.each([
    ['${MISSING}', 'environment variable MISSING is not set'],
    ['${EMPTY}', 'environment variable EMPTY is empty'],
    ['${1X}', 'malformed reference; write ${NAME} or ${NAME:-default}, and $${ for a literal ${'],
    ['${NAME', 'malformed reference; write ${NAME} or ${NAME:-default}, and $${ for a literal ${'],
    ['${}', 'malformed reference; write ${NAME} or ${NAME:-default}, and $${ for a literal ${'],
  ])('%s is a problem', (written, message) => {
    const { value, problems } = resolveReferences({ a: [{ b: written }] }, env);
    expect(problems).toEqual([{ path: ['a', 0, 'b'], message }]);
    expect(value).toEqual({ a: [{ b: written }] });
  });

  it('leaves numbers, keys and nothing alone', () => {
    const value = { '${NAME}': 1, b: null, c: true };
    expect(resolveReferences(value, env)).toEqual({ value, problems: [] });
  });
});

it('hasReference does not count an escaped one', () => {
  expect([hasReference('a ${B}'), hasReference('$${B}'), hasReference(3)]).toEqual([true, false, false]);
});
