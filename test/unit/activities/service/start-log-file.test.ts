import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { createHostActivities } from '../../../../src/activities/host';
import type { CommandRunner } from '../../../../src/host/programs/commands';
import { useTempFolder } from '../../host/support/temp-folder';
import { hostSettings } from '../support/host';

const folder = useTempFolder();
const STARTING = '7d4958e842da4a758f6c1cdc7b36dcc5';
const START = Date.parse('2026-11-23T10:00:00Z');
const JOURNAL = [
  { SYSLOG_IDENTIFIER: 'systemd', MESSAGE: 'Starting kingfisher.service', MESSAGE_ID: STARTING, at: START },
  { SYSLOG_IDENTIFIER: 'systemd', MESSAGE: 'kingfisher.service: Main process exited, status=1', at: START + 1_000 },
];

/** What is told of a start, where the log file has these lines and was last written then. */
async function startLog(lines: string[], { writtenAt = START + 1_000, journal = JOURNAL as object[] } = {}) {
  mkdirSync(folder.path('log'), { recursive: true });
  const file = folder.path('log/service.log');
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  utimesSync(file, writtenAt / 1_000, writtenAt / 1_000);
  const run: CommandRunner = async ({ program, args }) => {
    const entries = journal.map((entry) => {
      const { at, ...fields } = entry as { at: number };
      return JSON.stringify({ ...fields, __REALTIME_TIMESTAMP: String(at * 1_000) });
    });
    const shown = args.some((arg) => arg.includes('EnvironmentFiles'))
      ? 'Environment=API_KEY=hunter22\n'
      : 'LoadState=loaded\nActiveState=failed\nExecMainStartTimestamp=Mon 2026-11-23 10:00:00.000000 UTC\n';
    const stdout = program.endsWith('journalctl') ? entries.reverse().join('\n') : shown;
    return { exitCode: 0, signal: null, timedOut: false, truncated: false, stdout, stderr: '', durationMs: 1 };
  };
  return await createHostActivities(hostSettings(folder.path()), { run }).observeStartLog({ service: 'kingfisher' });
}

describe('a service that logs to a file', () => {
  it('says there why it could not start, masked', async () => {
    const { reason, lines } = await startLog([
      '2026-11-23 09:00:00Z ERROR of the start before: OLD_PORT: expected a port',
      '2026-11-23 10:00:00Z INFO hello hunter22',
      '2026-11-23 10:00:00Z ERROR KINGFISHER_PORT: expected a port, with hunter22',
    ]);
    const text = '2026-11-23 10:00:00Z ERROR KINGFISHER_PORT: expected a port, with ***';
    expect(reason).toEqual({ kind: 'configuration', text });
    expect(lines).toEqual([
      '2026-11-23T10:00:00Z systemd: Starting kingfisher.service',
      '2026-11-23T10:00:01Z systemd: kingfisher.service: Main process exited, status=1',
      'service.log: 2026-11-23 10:00:00Z INFO hello ***',
      `service.log: ${text}`,
    ]);
  });

  it('says it without a date too, as a program that had no logger yet', async () => {
    const lines = [
      '2026-11-23T09:00:00Z INFO well',
      'Traceback (most recent call last):',
      'ModuleNotFoundError: No module x',
    ];
    expect((await startLog(lines)).reason).toEqual({ kind: 'program', text: 'ModuleNotFoundError: No module x' });
  });

  it('is read by the start’s own time where the journal says nothing', async () => {
    const { reason, lines } = await startLog(['2026-11-23T10:00:01Z ERROR no'], { journal: [] });
    expect(reason).toEqual({ kind: 'error', text: '2026-11-23T10:00:01Z ERROR no' });
    expect(lines).toHaveLength(1);
  });

  it('is read by the start’s own time where the journal goes further back, as for Type=simple', async () => {
    const before = { SYSLOG_IDENTIFIER: 'systemd', MESSAGE: 'Stopped kingfisher.service', at: START - 5_000 };
    const stopped = '2026-11-23T09:59:56.616Z INFO SIGTERM, stopped';
    const { reason, lines } = await startLog([stopped], { writtenAt: START - 3_384, journal: [before, JOURNAL[1]!] });
    expect(reason).toBeNull();
    expect(lines.join()).not.toContain('SIGTERM');
  });

  it.each([
    ['before it', START - 60_000],
    ['just before it, by the start that was ended for it', START - 1_000],
    ['long after it: it had started', START + 3_600_000],
  ])('says nothing of a start when it was last written %s', async (_name, writtenAt) => {
    const { reason, lines } = await startLog(['ERROR of another time'], { writtenAt });
    expect(reason).toBeNull();
    expect(lines).toHaveLength(2);
  });

  it('keeps quiet where the file cannot be read', async () => {
    await startLog(['ERROR']);
    if (process.getuid?.() !== 0) chmodSync(folder.path('log/service.log'), 0);
    const run: CommandRunner = async () => {
      return { exitCode: 0, signal: null, timedOut: false, truncated: false, stdout: '', stderr: '', durationMs: 1 };
    };
    const settings = hostSettings(folder.path(), { logFile: folder.path('log') });
    const told = await createHostActivities(settings, { run }).observeStartLog({ service: 'kingfisher' });
    expect(told).toMatchObject({ evidence: 'absent', reason: null });
  });
});
