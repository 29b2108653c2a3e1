import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConfigCommand } from '../../../src/cli/config-check';
import { ConfigError, exitOnConfigError, loadConfigOrExit } from '../../../src/config';
import { withFolder } from './support';

/** Runs `config check` on a file of this text. */
function check(text: string, flags: string[] = [], env: NodeJS.ProcessEnv = {}) {
  const written = { stdout: '', stderr: '' };
  const io = {
    stdout: { write: (chunk: string) => (written.stdout += chunk) },
    stderr: { write: (chunk: string) => (written.stderr += chunk) },
    env,
    exitCode: undefined,
  };
  return withFolder((folder) => {
    const path = join(folder, 'halcyon.yaml');
    writeFileSync(path, text);
    createConfigCommand(io).parse(['check', '--config', path, ...flags], { from: 'user' });
    return { ...written, exitCode: io.exitCode as number | undefined, path };
  });
}

describe('config check', () => {
  it('prints the effective configuration, secrets masked, and succeeds', () => {
    const { stdout, stderr, exitCode } = check('intake: {token: "${T}"}', [], { T: 'hunter2' });
    expect(stdout).toContain('token: "********"');
    expect(stdout).toContain('stabilityWindow: 5s');
    expect(stdout).not.toContain('hunter2');
    expect(stderr).toBe('');
    expect(exitCode).toBeUndefined();
  });

  it('prints the same as JSON', () => {
    const { stdout } = check('intake: {token: abc}', ['--json']);
    expect(JSON.parse(stdout)).toMatchObject({ intake: { token: '********', port: 9095, bodyLimit: '1MiB' } });
  });

  it('prints problems on stderr, one per line, and fails with 2', () => {
    const { stdout, stderr, exitCode, path } = check('intake: {prot: 1}\nzz: 1');
    expect(stdout).toBe('');
    expect(stderr).toBe(`${path}: intake.prot: unknown key; did you mean "port"?\n${path}: zz: unknown key\n`);
    expect(exitCode).toBe(2);
  });
});

describe('entry points', () => {
  function fakeProcess() {
    const seen = { stderr: '', code: -1 };
    const exit = (code: number): never => {
      seen.code = code;
      throw new Error('exited');
    };
    return { seen, stderr: { write: (chunk: string) => (seen.stderr += chunk) }, exit };
  }

  it('print the problems and leave with 2', () => {
    const io = fakeProcess();
    expect(() => loadConfigOrExit({ path: '/nowhere/halcyon.yaml', env: {} }, io)).toThrow('exited');
    expect(io.seen).toEqual({ stderr: '/nowhere/halcyon.yaml: no such file\n', code: 2 });
  });

  it('print every line of a ConfigError', () => {
    const io = fakeProcess();
    expect(() => exitOnConfigError(new ConfigError(['a', 'b']), io)).toThrow('exited');
    expect(io.seen.stderr).toBe('a\nb\n');
  });

  it('do not hide an error that is not about the configuration', () => {
    const io = fakeProcess();
    expect(() => exitOnConfigError(new TypeError('bug'), io)).toThrow('bug');
    expect(io.seen.code).toBe(-1);
  });
});
