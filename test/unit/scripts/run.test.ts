import { existsSync, rmSync, utimesSync } from 'node:fs';
import { waitFor } from '../../support/wait-for';
import { Sandbox } from './sandbox';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => {
  sandbox.dispose();
});

describe('commands', () => {
  it('pass arguments, standard output and exit code through', async () => {
    sandbox.write('lab/cli.ts', `console.log(process.argv.slice(2).join(' ')); process.exitCode = 7;`);
    const { exitCode, stdout } = await sandbox.run('lab', 'exec', 'h1', '--json');
    expect({ exitCode, stdout }).toEqual({ exitCode: 7, stdout: 'exec h1 --json\n' });
  });

  it.each([[[]], [['nothing']], [['bench']], [['bench', '../lab/cli']], [['test', 'nothing']]])(
    'explain a wrong usage: %j',
    async (args) => {
      const { exitCode, stderr } = await sandbox.run(...args);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('Usage:');
    },
  );

  it('pass one Ctrl-C on once, and wait for the clean-up', async () => {
    sandbox.write(
      'lab/demo.ts',
      `const fs = require('node:fs');
       process.on('SIGINT', () => { fs.appendFileSync('signals', 'x'); setTimeout(() => { fs.writeFileSync('clean', ''); process.exit(130); }, 300); });
       setInterval(() => {}, 1000);
       fs.writeFileSync('up', '');`,
    );
    const { child, finished } = sandbox.start(process.execPath, ['scripts/run.mjs', 'demo']);
    await waitFor(() => existsSync(sandbox.path('up')), { what: 'the demo to be up' });
    child.kill('SIGINT');
    await waitFor(() => existsSync(sandbox.path('signals')), { what: 'the signal to arrive' });
    child.kill('SIGINT');
    expect((await finished).exitCode).toBe(130);
    expect(existsSync(sandbox.path('clean'))).toBe(true);
    expect(sandbox.read('signals')).toBe('x');
  });
});

describe('build', () => {
  it('happens once, and again when a source changed', async () => {
    await sandbox.run('build');
    expect(sandbox.read('dist/workflow-bundle.js')).toContain('bundle');
    await sandbox.run('build');
    expect(sandbox.calls('tsc')).toEqual(['-p tsconfig.build.json']);
    sandbox.write('lab/cli.ts', '// changed');
    await sandbox.run('build');
    expect(sandbox.calls('tsc')).toHaveLength(2);
  });

  it('makes a bundle of which no workflow loads the modules anew', async () => {
    await sandbox.run('build');
    const workflowsPath = sandbox.path('src/workflows/index.ts');
    const options: unknown = JSON.parse(sandbox.read('dist/workflow-bundle.js').split('// ')[1]!);
    expect(options).toMatchObject({ workflowsPath, preloadModules: [workflowsPath] });
  });

  it('forgets the compiled form of a source that is gone', async () => {
    sandbox.write('bench/old.ts', '');
    await sandbox.run('build');
    sandbox.write('dist/bench/old.js', '');
    rmSync(sandbox.path('bench/old.ts'));
    await sandbox.run('build');
    expect(existsSync(sandbox.path('dist/bench/old.js'))).toBe(false);
    expect(existsSync(sandbox.path('dist/lab/cli.js'))).toBe(true);
  });

  it('that fails says why, and is not taken for done the next time', async () => {
    sandbox.tool('typescript/bin/tsc', 'tsc', `console.log('src/a.ts(1,1): error'); process.exitCode = 2;`);
    const { exitCode, stderr } = await sandbox.run('build');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('src/a.ts(1,1): error');
    await sandbox.run('build');
    expect(sandbox.calls('tsc')).toHaveLength(2);
  });
});

describe('dependencies', () => {
  it('are installed when the lock file is another one', async () => {
    sandbox.write('package-lock.json', '{ "changed": true }');
    await sandbox.run('build');
    await sandbox.run('build');
    expect(sandbox.calls('npm')).toEqual(['ci --no-audit --no-fund']);
  });

  it('are left alone after an npm ci by hand', async () => {
    rmSync(sandbox.path('node_modules/.halcyon-lock'));
    sandbox.write('node_modules/.package-lock.json', '{}');
    await sandbox.run('build');
    expect(sandbox.calls('npm')).toEqual([]);
    rmSync(sandbox.path('node_modules/.halcyon-lock'));
    utimesSync(sandbox.path('node_modules/.package-lock.json'), 0, 0);
    await sandbox.run('build');
    expect(sandbox.calls('npm')).toHaveLength(1);
  });

  it('that cannot be installed end everything', async () => {
    sandbox.write('package-lock.json', '{ "changed": true }');
    sandbox.write('bin/npm', '#!/bin/sh\necho no such package; exit 4', 0o755);
    const { exitCode, stderr } = await sandbox.run('build');
    expect(exitCode).toBe(4);
    expect(stderr).toContain('no such package');
    expect(existsSync(sandbox.path('dist'))).toBe(false);
  });
});
