import { writeFileSync } from 'node:fs';
import type { CommandRunner } from '../../../../src/host/programs/commands';
import { parseEnvironmentFile, parseWords } from '../../../../src/host/services/environment-file';
import { parseUnitEnvironment, readServiceEnvironment } from '../../../../src/host/services/service-environment';
import { useTempFolder } from '../support/temp-folder';

const folder = useTempFolder();

/** A host whose systemd says this of the unit. */
function systemd(stdout: string, exitCode = 0): CommandRunner {
  return async () => ({ exitCode, signal: null, timedOut: false, truncated: false, stdout, stderr: '', durationMs: 1 });
}

const read = async (stdout: string) =>
  await readServiceEnvironment({ type: 'systemd', unit: 'kingfisher.service' }, systemd(stdout));

describe('an environment file, as systemd reads it', () => {
  it.each<[string, Record<string, string>]>([
    ['A=1\n\n# B=2\n; C=3\n  D = 4  \n', { A: '1', D: '4' }],
    [`A="x y" # z\nB='a\\b"$c'\nC="q\\"r\\$"\n`, { A: 'x y # z', B: 'a\\b"$c', C: 'q"r$' }],
    ['A=one\\\ntwo\nB="one\ntwo"\nC=a\\ b\\\\\n', { A: 'onetwo', B: 'one\ntwo', C: 'a b\\' }],
    ['export A=1\nno assignment\nB=', { B: '' }],
    ['A=1\nA=2', { A: '2' }],
    ['KINGFISHER_PORT=82o1', { KINGFISHER_PORT: '82o1' }],
    ['A="never closed\n', { A: 'never closed\n' }],
  ])('%j', (text, env) => {
    expect(parseEnvironmentFile(text)).toEqual(env);
  });
});

it.each<[string, string[]]>([
  [String.raw`"A=b c" D=e "Q=x\"y" "T=a\tb" U=1`, ['A=b c', 'D=e', 'Q=x"y', 'T=a\tb', 'U=1']],
  [String.raw`$'A=\x1b\n' 'B=c d'`, ['A=\u001b\n', 'B=c d']],
  ['', []],
])('words as systemctl prints them: %s', (text, words) => {
  expect(parseWords(text)).toEqual(words);
});

describe('the environment of a unit', () => {
  const shown = (file: string, optional: 'yes' | 'no') =>
    `Environment="A=b c" PORT=8201 DROPPED=1\nEnvironmentFiles=${file} (ignore_errors=${optional})\n` +
    'WorkingDirectory=!/opt/kingfisher\nUser=kingfisher\nUnsetEnvironment=DROPPED\n';

  it('is that of systemd, with the files as they are now', async () => {
    const file = folder.path('my file');
    writeFileSync(file, 'PORT=82o1\nLD_PRELOAD=/tmp/evil.so\n');
    expect(await read(shown(file, 'no'))).toEqual({
      // What tells a loader what to load is left out: root starts the program that changes the user.
      env: { A: 'b c', PORT: '82o1' },
      cwd: '/opt/kingfisher',
      user: 'kingfisher',
      missing: [],
    });
  });

  it('misses a file that must be there, and no other', async () => {
    expect((await read(shown('/nowhere/env', 'yes'))).missing).toEqual([]);
    expect((await read(shown('/nowhere/env', 'no'))).missing).toEqual([
      "the unit's EnvironmentFile /nowhere/env cannot be read: ENOENT",
    ]);
  });

  it('is unknown where systemd does not say, or names files by a pattern', async () => {
    const failing = readServiceEnvironment({ type: 'systemd', unit: 'x.service' }, systemd('', 1));
    await expect(failing).rejects.toMatchObject({ failure: 'ObservationFailed' });
    await expect(read(shown('/etc/kingfisher/*.env', 'no'))).rejects.toMatchObject({ failure: 'ObservationFailed' });
  });

  it('has neither folder nor user where the unit says none', () => {
    const nothing = 'Environment=\nUnsetEnvironment=\nWorkingDirectory=~\nUser=\n';
    expect(parseUnitEnvironment(nothing)).toEqual({ env: {}, files: [], cwd: undefined, user: undefined, unset: [] });
  });
});
