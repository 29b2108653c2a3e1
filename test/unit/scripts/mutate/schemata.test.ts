import { spawnSync } from 'node:child_process';
import path from 'node:path';

const project = path.resolve(__dirname, '../../../..');

/** Mutants within mutants, of statements and of expressions, and an `else` that must stay with its `if`. */
const SOURCE = `
export function told(a, b) {
  const said = [];
  if (a > b) said.push('more');
  else if (a < b) said.push('less');
  else said.push('equal');
  if (a === 0 && (b === 0 || said.length > 2)) {
    said.push('none');
    return said;
  }
  for (const one of [true, false]) {
    if (!one && a >= 0) continue;
    said.push(one ? 'yes' : 'no');
  }
  return said;
}
`;

/** Evaluates SOURCE in three ways; the scripts are modules that jest cannot load. */
function evaluated() {
  const program = `
    import ts from 'typescript';
    import { mutantsOf, mutated } from './scripts/lib/mutate/mutants.mjs';
    import { coveredIn, withMutants } from './scripts/lib/mutate/schemata.mjs';
    const source = ${JSON.stringify(SOURCE)};
    const mutants = mutantsOf('a.ts', source).map((one, at) => ({ ...one, id: at + 1 }));
    const INPUTS = [[0, 0], [1, 0], [0, 1], [1, 1], [-1, 0]];
    const said = (text) => {
      const module = { exports: {} };
      new Function('module', 'exports', ts.transpile(text, { module: 'commonjs', target: 'es2022' }))(module, module.exports);
      return INPUTS.map(([a, b]) => module.exports.told(a, b));
    };
    const all = withMutants(source, mutants);
    const on = (id) => { globalThis.HALCYON_MUTANT = String(id); return said(all); };
    console.log(JSON.stringify({
      off: on(''), original: said(source), each: mutants.map(({ id }) => on(id)),
      alone: mutants.map((one) => said(mutated(source, one))), count: mutants.length,
    }));
    let output = '';
    process.stderr.write = (text) => { output += text; return true; };
    on('cover');
    console.log(JSON.stringify({ reached: coveredIn(output).size, cover: said(all) }));`;
  const args = ['--input-type=module', '--eval', program];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' });
  expect(stderr).toBe('');
  const [values, cover] = stdout.split('\n');
  return { ...(JSON.parse(values!) as Record<string, unknown>), ...(JSON.parse(cover!) as Record<string, unknown>) };
}

it('a source with all mutants does what it did, and with one turned on what that one alone does', () => {
  const { off, original, each, alone, count, reached, cover } = evaluated() as Record<string, unknown[]>;
  expect(off).toEqual(original);
  expect(each).toEqual(alone);
  expect(count).toBeGreaterThan(20);
  // The inputs above reach all of it.
  expect([reached, cover]).toEqual([count, original]);
});
