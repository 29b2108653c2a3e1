import { mkdirSync, writeFileSync } from 'node:fs';
import { createHostActivities } from '../../../src/activities/host';
import type { CommandRunner } from '../../../src/host/programs/commands';
import { useTempFolder } from '../host/support/temp-folder';
import { hostSettings } from './support/host';

const folder = useTempFolder();
const SAYS = 'OperationalError: tried hunter22 and s3cr3t-of-file, then p@ss-of-url and left-over';

/** A host whose unit has this environment, and whose journal says SAYS. */
function host(shown: string | Error, logFile = 'journal') {
  const run: CommandRunner = async ({ program, args }) => {
    const isShow = program.endsWith('systemctl') && args.some((arg) => arg.includes('EnvironmentFiles'));
    if (isShow && shown instanceof Error) throw shown;
    const entry = JSON.stringify({ _COMM: 'python', MESSAGE: `${SAYS} password=known` });
    const stdout = isShow ? String(shown) : program.endsWith('journalctl') ? entry : 'LoadState=loaded\n';
    return { exitCode: 0, signal: null, timedOut: false, truncated: false, stdout, stderr: '', durationMs: 1 };
  };
  const redis = { unit: 'redis-server.service', url: 'redis://127.0.0.1' };
  const settings = { ...hostSettings(folder.path(), { logFile }), dependencies: { redis } };
  return createHostActivities(settings, { run });
}

function environment(file: string): string {
  writeFileSync(folder.path('env'), 'SIGNING_SECRET=s3cr3t-of-file\nADMIN_PASSWORD=replaced-later\n');
  const urls = '"DB=postgres://king:p%%40ss-of-url@db/core" "DSN=host=db password=left-over"'.replace('%%', '%');
  return `Environment=API_KEY=hunter22 ${urls}\nEnvironmentFiles=${file} (ignore_errors=no)\n`;
}

const MASKED = 'OperationalError: tried *** and ***, then *** and ***';

describe('secrets of the unit’s own environment', () => {
  it.each(['kingfisher', 'redis'] as const)(
    'are masked in the last words of %s, and in the reason',
    async (service) => {
      const { lines, reason } = await host(environment(folder.path('env'))).observeStartLog({ service });
      expect(lines).toEqual([`python: ${MASKED} password=***`]);
      expect(reason).toEqual({ kind: 'error', text: `${MASKED} password=***` });
    },
  );

  it('are masked in the journal that is the log, and in a log file', async () => {
    const shown = environment(folder.path('env'));
    expect((await host(shown).observeLogTail({ lines: 5 })).lines).toEqual([`python: ${MASKED} password=***`]);
    mkdirSync(folder.path('log'));
    writeFileSync(folder.path('log/service.log'), `${SAYS}\n`);
    const { lines } = await host(shown, folder.path('log/service.log')).observeLogTail({ lines: 5 });
    expect(lines).toEqual([MASKED]);
  });

  it('are found in files by a pattern', async () => {
    const { lines } = await host(environment(folder.path('e*v'))).observeStartLog({ service: 'redis' });
    expect(lines).toEqual([`python: ${MASKED} password=***`]);
  });

  it.each(['/nowhere/env', '/etc/[.env', '/e*c/env'])(
    'of %s, which cannot be read, do not unmask the others',
    async (file) => {
      const { lines } = await host(environment(file)).observeStartLog({ service: 'redis' });
      expect(lines).toEqual([`python: ${MASKED.replace('and ***,', 'and s3cr3t-of-file,')} password=***`]);
    },
  );

  it.each<[string, string | Error]>([
    ['systemd says nothing', ''],
    ['systemd cannot be asked', new Error('no systemd')],
  ])('that cannot be known leave the masking as it was: %s', async (_name, shown) => {
    const { lines } = await host(shown).observeStartLog({ service: 'redis' });
    expect(lines).toEqual([`python: ${SAYS} password=***`]);
  });
});

it('a key of several lines is masked line by line', async () => {
  writeFileSync(folder.path('env'), 'SIGNING_KEY_SECRET="first-line-of-it\nsecond-line-of-it"\n');
  const run: CommandRunner = async ({ program }) => {
    const entry = JSON.stringify({ _COMM: 'python', MESSAGE: 'read second-line-of-it' });
    const stdout = program.endsWith('journalctl')
      ? entry
      : `EnvironmentFiles=${folder.path('env')} (ignore_errors=no)\n`;
    return { exitCode: 0, signal: null, timedOut: false, truncated: false, stdout, stderr: '', durationMs: 1 };
  };
  const activities = createHostActivities(hostSettings(folder.path(), { logFile: 'journal' }), { run });
  expect((await activities.observeStartLog({ service: 'kingfisher' })).lines).toEqual(['python: read ***']);
});
