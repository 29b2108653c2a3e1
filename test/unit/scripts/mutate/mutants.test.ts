import { spawnSync } from 'node:child_process';
import path from 'node:path';

const project = path.resolve(__dirname, '../../../..');

/** What the tool makes of a source: kind and source of each mutant. The scripts are modules that jest cannot load. */
function mutants(source: string): [kind: string, mutated: string][] {
  const program = `
    import { mutantsOf, mutated } from './scripts/lib/mutate/mutants.mjs';
    const source = process.argv[1];
    console.log(JSON.stringify(mutantsOf('a.ts', source).map((one) => [one.kind, mutated(source, one)])));`;
  const args = ['--input-type=module', '--eval', program, source];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as [string, string][];
}

it.each<[string, [string, string][]]>([
  ['go();', [['removed', ';']]],
  ['await condition(isOver);', [['removed', ';']]],
  [
    'if (a) return;',
    [
      ['removed', ';'],
      ['negated', 'if (!(a)) return;'],
    ],
  ],
  [
    'if (a) throw new E();',
    [
      ['removed', ';'],
      ['negated', 'if (!(a)) throw new E();'],
    ],
  ],
  [
    'if (a) b = 1; else c();',
    [
      ['negated', 'if (!(a)) b = 1; else c();'],
      ['removed', 'if (a) ; else c();'],
      ['removed', 'if (a) b = 1; else ;'],
    ],
  ],
  ['throw x;', [['removed', ';']]],
  ['const a = b ? c : d;', [['negated', 'const a = !(b) ? c : d;']]],
  ['const a = b < c;', [['boundary', 'const a = b <= c;']]],
  ['const a = b >= c;', [['boundary', 'const a = b > c;']]],
  ['const a = b === c;', [['boundary', 'const a = b !== c;']]],
  ['const a = b && c;', [['junction', 'const a = ((b) || (c));']]],
  ['const a = await condition(b, 1);', [['unwaited', 'const a = true;']]],
  ['const a = { b: true };', [['flipped', 'const a = { b: false };']]],
  ['const a = 1; import { b } from "c"; type D = true; interface E { f: false }', []],
  ["'use strict';", []],
])('%j', (source, expected) => expect(mutants(source)).toEqual(expected));

it('a comparison that is a whole condition is turned around once', () => {
  expect(mutants('if (a === b) c = 1;').map(([kind]) => kind)).toEqual(['negated', 'removed']);
});
