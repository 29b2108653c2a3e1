import { problemsOf } from '../support';

describe('what is not a configuration file', () => {
  const cases: [string, string, string[]][] = [
    ['empty', '', ['halcyon.yaml: is empty; expected keys such as "hosts:"']],
    ['only comments', '# nothing\n', ['halcyon.yaml: is empty; expected keys such as "hosts:"']],
    ['a list', '- a', ['halcyon.yaml: expected keys such as "hosts:", got a list']],
    ['a single value', 'hello', ['halcyon.yaml: expected keys such as "hosts:", got a single value']],
    [
      'a duplicate key',
      'intake:\n  port: 1\n  host: ::1\n  port: 2\n',
      ['halcyon.yaml: line 4, column 3: duplicate key "port"'],
    ],
    ['a missing bracket', 'log: {level: info\n', ['halcyon.yaml: line 2, column 1: YAML syntax: wrong indentation']],
    [
      'a second document',
      'log: {}\n---\nlog: {}\n',
      ['halcyon.yaml: line 2, column 1: YAML syntax: a second document (---) begins here; expected one'],
    ],
    ['a tag', 'log: !env LEVEL\n', ['halcyon.yaml: line 1, column 6: YAML syntax: tags (!name) are not used here']],
    ['a reserved key', 'hosts:\n  __proto__: {}\n', ['halcyon.yaml: line 2: "__proto__" cannot be a key']],
  ];

  it.each(cases)('%s', (_name, text, lines) => {
    expect(problemsOf(text)).toEqual(lines);
  });

  it('names each wrong line once', () => {
    const lines = problemsOf('a: 1\na: 2\nb: 1\nb: 2\n');
    expect(lines).toEqual([
      'halcyon.yaml: line 2, column 1: duplicate key "a"',
      'halcyon.yaml: line 4, column 1: duplicate key "b"',
    ]);
  });

  it('refuses aliases that multiply', () => {
    const levels = Array.from({ length: 9 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n},`.repeat(9)}]`).join('\n');
    expect(problemsOf(`l0: &l0 [x]\n${levels}\n`)).toEqual(['halcyon.yaml: too many aliases (*name)']);
  });
});
