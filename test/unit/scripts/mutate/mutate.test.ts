import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const project = path.resolve(__dirname, '../../../..');
const SOURCE = 'export const isAdult = (age: number, known: boolean) => (known ? age >= 18 : false);\n';
const ARGUED = { file: 'src/a.ts', kind: 'flipped', code: 'false', why: 'nobody unknown comes' };

jest.setTimeout(120_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'halcyon-mutate-test-'));
  cpSync(path.join(project, 'scripts'), path.join(folder, 'scripts'), { recursive: true });
  symlinkSync(path.join(project, 'node_modules'), path.join(folder, 'node_modules'));
  const transform = {
    '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }],
  };
  write(
    'jest.config.js',
    `module.exports = { projects: [{ displayName: 'unit', transform: ${JSON.stringify(transform)} }] };`,
  );
  write('package.json', '{}');
  write('tsconfig.json', JSON.stringify({ compilerOptions: { strict: true, noUnusedLocals: true, types: [] } }));
  write('.gitignore', 'node_modules\n');
  write('src/a.ts', SOURCE);
  list({ promises: { adults: { files: ['src/*.ts'] } }, argued: [] });
  spawnSync('git', ['init', '-q'], { cwd: folder });
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
}

function list(content: object): void {
  write('test/mutations.json', JSON.stringify(content));
}

function tests(...lines: string[]): void {
  const body = lines.map((line, index) => `test('${index}', () => { ${line} });`).join('\n');
  write('test/unit/a.test.ts', `import { isAdult } from '../../src/a';\n${body}\n`);
}

function mutate(...args: string[]) {
  const program = `
    import { runMutations } from './scripts/lib/mutate/mutate.mjs';
    process.exitCode = await runMutations(process.argv.slice(1));`;
  const command = ['--input-type=module', '--eval', program, '--', ...args];
  // jest tells its own children in the environment who they are.
  const env = { PATH: process.env['PATH'], TMPDIR: path.join(folder, 'tmp') };
  mkdirSync(env.TMPDIR, { recursive: true });
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8', env });
  return {
    status,
    stdout,
    stderr,
    json: () => JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, unknown>,
  };
}

const ADULT = 'expect(isAdult(18, true)).toBe(true);';
const CHILD = 'expect(isAdult(17, true)).toBe(false);';
const UNKNOWN = 'expect(isAdult(30, false)).toBe(false);';

it('leaves out what does not compile, but not what only leaves something unused', () => {
  const guard = `if (names === undefined) return 'nobody';`;
  const last = `const first = names[0]; log.push(first);`;
  write('src/a.ts', `export function f(log: unknown[], names?: string[]) { ${guard} ${last} return names.join(); }\n`);
  expect(mutate('--list', 'src/a.ts').stdout).toBe('src/a.ts:1 removed: log.push(first);\n');
});

it('says which mutants no test notices, and fails', () => {
  tests(ADULT, CHILD);
  const { status, json } = mutate('--json', 'src/a.ts');
  expect(json()).toEqual({
    mutants: 3,
    killed: 2,
    argued: 0,
    survivors: [{ file: 'src/a.ts', line: 1, kind: 'flipped', code: 'false' }],
  });
  expect(status).toBe(1);
  expect(readFileSync(path.join(folder, 'src/a.ts'), 'utf8')).toBe(SOURCE);
  expect(readdirSync(path.join(folder, 'tmp')).filter((name) => name.startsWith('halcyon-mutate-'))).toEqual([]);
});

it('is content where tests notice all of a promise, or the survivor was argued', () => {
  tests(ADULT, CHILD, UNKNOWN);
  expect(mutate('adults')).toMatchObject({ status: 0, stdout: '3 mutants: 3 killed, 0 argued, 0 survived\n' });
  tests(ADULT, CHILD);
  list({ promises: {}, argued: [ARGUED] });
  expect(mutate('src/a.ts')).toMatchObject({ status: 0, stdout: '3 mutants: 2 killed, 1 argued, 0 survived\n' });
});

it('takes the same sample for the same seed', () => {
  write('src/a.ts', `export const isAdult = (a: boolean[]) => a[0] && a[1] && a[2] && a[3] && a[4] && a[5];\n`);
  tests('expect(isAdult([])).toBeFalsy();');
  const sample = (seed: string) => mutate('--list', '--sample', '2', '--seed', seed, 'src/a.ts').stdout;
  expect(sample('7').trim().split('\n')).toHaveLength(2);
  expect(sample('7')).toBe(sample('7'));
});

it('does not begin with tests that fail by themselves', () => {
  tests('expect(isAdult(18, true)).toBe(false);');
  expect(mutate('src/a.ts')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('fails with the sources as they are'),
  });
});

it('asks the quick tests first', () => {
  const log = path.join(folder, 'asked');
  const test = (name: string, line: string) =>
    write(
      `test/unit/${name}.test.ts`,
      `import { appendFileSync } from 'node:fs';
      import { isAdult } from '../../src/a';
      beforeAll(() => appendFileSync(${JSON.stringify(log)}, '${name} '));
      test('it', async () => { ${line} });`,
    );
  test('a', `await new Promise((done) => setTimeout(done, 2_000)); ${UNKNOWN}`);
  test('b', ADULT + CHILD + UNKNOWN);
  expect(mutate('--jobs', '1', 'src/a.ts').status).toBe(0);
  expect(readFileSync(log, 'utf8').trim().split(' ').slice(2)).toEqual(['b', 'b', 'b']);
});

it('survives everywhere where no test imports a file', () => {
  tests('expect(1).toBe(1);');
  write('src/b.ts', 'export const b = () => true;\n');
  expect(mutate('src/b.ts')).toMatchObject({ status: 1, stdout: expect.stringContaining('1 survived') });
});

it.each([
  [['--help'], 0],
  [[], 2],
  [['nothing'], 2],
  [['--sample', 'x', 'src/a.ts'], 2],
  [['--what'], 2],
])('explains itself: %j', (args, status) => {
  const said = mutate(...args);
  expect(said.status).toBe(status);
  expect(said.stdout + said.stderr).toContain('Usage: npm run mutate');
});

it('asks again only for what survived an earlier run, wherever it stands by now', () => {
  tests(ADULT);
  const earlier = mutate('--json', 'src/a.ts');
  write('earlier.json', earlier.stdout);
  write('src/a.ts', `// Moved.\n${SOURCE}`);
  tests(ADULT, CHILD, UNKNOWN);
  const { mutants, survivors } = mutate('--json', '--again', 'earlier.json', 'src/a.ts').json();
  expect([mutants, survivors]).toEqual([(earlier.json()['survivors'] as object[]).length, []]);
});

it('does not take for an earlier run what is none', () => {
  write('earlier.json', 'killed\n');
  const { status, stderr } = mutate('--again', 'earlier.json', 'src/a.ts');
  expect([status, stderr]).toEqual([2, expect.stringContaining('--again earlier.json: its last line')]);
});
