import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { waitFor } from '../../support/wait-for';
import { Sandbox } from './sandbox';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => {
  sandbox.dispose();
});

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1);

describe('test', () => {
  it('without a part: lint, types and all parts, those of hosts in workers of their own', async () => {
    const { exitCode, stdout } = await sandbox.run('test', '-t', 'a name');
    expect(lastLine(stdout)).toBe('4 passed, 0 failed');
    expect(exitCode).toBe(0);
    const calls = sandbox.calls('jest');
    expect(calls).toHaveLength(2);
    expect(calls).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^-t a name --maxWorkers \d .*--selectProjects integration$/),
        expect.stringMatching(/^-t a name --maxWorkers \d+ .*--selectProjects unit$/),
      ]),
    );
    expect(sandbox.calls('eslint')).toEqual(['.']);
  });

  it('with a part runs that alone', async () => {
    const { stdout } = await sandbox.run('test', 'unit', '-t', 'a name');
    expect(lastLine(stdout)).toBe('1 passed, 0 failed');
    expect(sandbox.calls('jest')).toHaveLength(1);
    expect(sandbox.calls('eslint')).toEqual([]);
  });

  it.each([
    ['failures', { numPassedTests: 2, numFailedTests: 3, numTotalTests: 5 }, 1, '2 passed, 3 failed'],
    ['skipped ones', { numPassedTests: 2, numPendingTests: 1, numTotalTests: 3 }, 0, '2 passed, 0 failed, 1 skipped'],
    [
      'files that could not run',
      { numPassedTests: 2, numRuntimeErrorTestSuites: 1, numTotalTests: 2 },
      1,
      '2 passed, 1 failed',
    ],
    ['a bad end after good tests', { numPassedTests: 2, numTotalTests: 2 }, 1, '2 passed, 1 failed'],
    ['a run of nothing', {}, 0, '0 passed, 1 failed'],
    ['no report', null, 1, '0 passed, 1 failed'],
    ['no report though jest is content', null, 0, '0 passed, 1 failed'],
  ])('counts %s', async (_what, report, code, summary) => {
    sandbox.jest(report, code);
    const { exitCode, stdout } = await sandbox.run('test', 'unit');
    expect(lastLine(stdout)).toBe(summary);
    expect(exitCode).toBe(summary.includes(' 0 failed') ? 0 : 1);
  });

  it('ends a jest that reports and does not end, and fails', async () => {
    sandbox.jest({ numPassedTests: 2, numTotalTests: 2 }, 0, 'setInterval(() => {}, 1000);');
    const { exitCode, stdout, stderr } = await sandbox.run('test', 'unit');
    expect(lastLine(stdout)).toBe('2 passed, 1 failed');
    expect(stderr).toContain('a test left something running');
    expect(exitCode).toBe(1);
  });

  it('ends what a jest that ended has left running, and names it', async () => {
    const lives = `setTimeout(() => {}, 60_000)`;
    const child = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(lives)}], { stdio: 'ignore' })`;
    sandbox.jest(
      { numPassedTests: 2, numTotalTests: 2 },
      0,
      `const left = ${child}; left.unref(); console.log('pid', left.pid);`,
    );
    const { exitCode, stdout, stderr } = await sandbox.run('test', 'unit');
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`left running, and ended now: ${process.execPath} -e ${lives}`);
    const pid = Number(/pid (\d+)/.exec(stdout)?.[1]);
    // Ended, if not waited for yet.
    const isEnded = () => !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/cmdline`, 'utf8') === '';
    await waitFor(isEnded, { what: 'it to end' });
  });

  it('goes on after bad lint or types, and fails', async () => {
    sandbox.tool('prettier/bin/prettier.cjs', 'prettier', `console.log('a.ts is ugly'); process.exitCode = 1;`);
    const { exitCode, stdout, stderr } = await sandbox.run('test');
    expect(lastLine(stdout)).toBe('3 passed, 1 failed');
    expect(stderr).toContain('a.ts is ugly');
    expect(exitCode).toBe(1);
  });

  it('goes on after a bad build, and fails', async () => {
    sandbox.tool(
      'typescript/bin/tsc',
      'tsc',
      `process.exitCode = process.argv.includes('tsconfig.build.json') ? 2 : 0;`,
    );
    const { exitCode, stdout } = await sandbox.run('test');
    expect(lastLine(stdout)).toBe('4 passed, 1 failed');
    expect(exitCode).toBe(1);
  });

  it('stops where it was interrupted', async () => {
    sandbox.jest(null, 130);
    const { exitCode, stdout } = await sandbox.run('test');
    expect(lastLine(stdout)).toBe('2 passed, 1 failed');
    expect(exitCode).toBe(1);
  });

  it.each([
    [0, '3 passed, 0 failed'],
    [1, '2 passed, 1 failed'],
  ])(
    'runs a file of hosts that failed beside others again, alone, and that counts (%j more failures)',
    async (failures, summary) => {
      const assertions = (...statuses: string[]) => statuses.map((status) => ({ status }));
      const beside = {
        ...{ numPassedTests: 3, numFailedTests: 1, numTotalTests: 4 },
        testResults: [
          { name: '/a.test.ts', status: 'passed', assertionResults: assertions('passed', 'passed') },
          { name: '/b.test.ts', status: 'failed', assertionResults: assertions('passed', 'failed') },
        ],
      };
      const alone = { numPassedTests: 1 - failures, numFailedTests: failures, numTotalTests: 1 };
      sandbox.jestAgain(beside, alone);
      const { stdout, stderr } = await sandbox.run('test', 'integration');
      expect(lastLine(stdout)).toBe(summary);
      expect(stderr).toContain('failed beside others, and now one after another: b.test.ts');
      expect(sandbox.calls('jest')[1]).toMatch(
        /^--runInBand --runTestsByPath \/b.test.ts .*--selectProjects integration$/,
      );
    },
  );

  it.each(['-i', '--runInBand', '--maxWorkers=1'])('takes %s for the last word about workers', async (arg) => {
    await sandbox.run('test', 'integration', arg);
    expect(sandbox.calls('jest')).toEqual([expect.not.stringMatching(/--maxWorkers \d/)]);
  });
});

describe('chaos', () => {
  it('plays the random suites of all parts, and strikes at one host after another', async () => {
    const { stdout } = await sandbox.run('chaos', '-t', 'a name');
    expect(lastLine(stdout)).toBe('2 passed, 0 failed');
    expect(sandbox.calls('jest')).toEqual([
      expect.stringMatching(/^chaos.test .*-t a name --runInBand .*--selectProjects integration$/),
      expect.stringMatching(/^chaos.test .*-t a name .*--selectProjects unit$/),
    ]);
  });

  it.each([['--incidents', '3'], ['--incidents=3'], ['--help']])('with %s is a program of its own', async (...args) => {
    sandbox.write('lab/chaos.ts', `console.log(process.argv.slice(2).join(' ')); process.exitCode = 1;`);
    const { exitCode, stdout } = await sandbox.run('chaos', ...args, '--json');
    expect(lastLine(stdout)).toBe([...args, '--json'].join(' '));
    expect(exitCode).toBe(1);
    expect(sandbox.calls('jest')).toEqual([]);
  });

  it('names every file that takes a sample', () => {
    const tests = path.resolve(__dirname, '../..');
    const files = readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));
    const sampled = files.filter((file) => /\bsizeOf\('/.test(readFileSync(path.join(tests, file), 'utf8')));
    const [, list = ''] = /RANDOM_SUITES = \[([^;]*)\];/.exec(sandbox.read('scripts/lib/tests.mjs')) ?? [];
    const patterns = [...list.matchAll(/'([^']+)'/g)].map(([, pattern]) => new RegExp(pattern!));
    const others = sampled.filter((file) => !file.includes('sample.test') && !patterns.some((one) => one.test(file)));
    expect({ others, some: sampled.length > 5 }).toEqual({ others: [], some: true });
  });
});

describe('.ci/run', () => {
  it('installs, then tests, and ends with the exit code of the tests', async () => {
    sandbox.write(
      'bin/npm',
      '#!/bin/sh\necho "npm $*" >> "$CALLS"\n[ "$1" = ci ] || { echo "1 passed, 2 failed"; exit 1; }',
      0o755,
    );
    const { exitCode, stdout } = await sandbox.start('bash', [sandbox.path('.ci/run')]).finished;
    expect(sandbox.calls('npm')).toEqual(['ci', 'test']);
    expect({ exitCode, last: lastLine(stdout) }).toEqual({ exitCode: 1, last: '1 passed, 2 failed' });
  });

  it('fails when the installation fails, without testing', async () => {
    sandbox.write('bin/npm', '#!/bin/sh\necho "npm $*" >> "$CALLS"\nexit 3', 0o755);
    const { exitCode, stdout } = await sandbox.start('bash', [sandbox.path('.ci/run')]).finished;
    expect(sandbox.calls('npm')).toEqual(['ci']);
    expect({ exitCode, last: lastLine(stdout) }).toEqual({ exitCode: 3, last: '0 passed, 1 failed' });
  });
});
