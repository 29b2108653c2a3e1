import { createHostActivities } from '../../../src/activities/host';
import type { CommandRunner } from '../../../src/host/commands';
import { CommandNotStarted } from '../../../src/host/program';
import { hostSettings } from './support/host';

const ENTRIES = [
  { SYSLOG_IDENTIFIER: 'redis-server', MESSAGE: 'requirepass hunter22 password=hunter22' },
  { SYSLOG_IDENTIFIER: 'redis-server', MESSAGE: [255, 0] },
  { _COMM: 'systemd', MESSAGE: 'redis-server.service: Failed with result \u001b[31mexit-code\u001b[0m.' },
];

/** A host whose unit of Redis is shown as `shown` and whose journal has `entries`. */
function host(shown: string, entries: object[] | Error) {
  const asked: string[][] = [];
  const run: CommandRunner = async ({ program, args }) => {
    asked.push(args);
    const isJournal = program.endsWith('journalctl');
    if (isJournal && entries instanceof Error) throw entries;
    const stdout = isJournal ? (entries as object[]).map((entry) => JSON.stringify(entry)).join('\n') : shown;
    return { exitCode: 0, signal: null, timedOut: false, truncated: false, stdout, stderr: '', durationMs: 1 };
  };
  const redis = { unit: 'redis-server.service', url: 'redis://:hunter22@127.0.0.1' };
  const settings = { ...hostSettings('/nowhere'), dependencies: { redis } };
  const activities = createHostActivities(settings, { run });
  return { observe: async () => await activities.observeStartLog({ service: 'redis' }), asked };
}

describe('observeStartLog', () => {
  it('gives the lines of the last start, masked, and leaves out what is no text', async () => {
    const { observe, asked } = host('LoadState=loaded\nActiveState=failed\nInvocationID=abc\n', ENTRIES);
    expect(await observe()).toEqual({
      service: 'redis',
      evidence: 'present',
      lines: [
        'redis-server: requirepass *** password=***',
        'systemd: redis-server.service: Failed with result exit-code.',
      ],
    });
    const last = asked.at(-1)!;
    expect(last).toEqual(expect.arrayContaining(['_SYSTEMD_INVOCATION_ID=abc', 'INVOCATION_ID=abc', '--lines=10']));
    // Whoever is not root cannot put words into its mouth.
    expect(last.slice(last.indexOf('+') + 1)).toContain('_UID=0');
  });

  it('gives the last hour of a unit that has no start', async () => {
    const { observe, asked } = host('LoadState=masked\nActiveState=inactive\nInvocationID=\n', ENTRIES);
    expect((await observe()).lines).toHaveLength(2);
    expect(asked.at(-1)).toEqual(expect.arrayContaining(['--since=-1h', '_SYSTEMD_UNIT=redis-server.service']));
  });

  it('is bounded, newest last', async () => {
    const entries = Array.from({ length: 60 }, (_, i) => ({ SYSLOG_IDENTIFIER: `${i}`, MESSAGE: 'x'.repeat(5_000) }));
    const { lines } = await host('LoadState=loaded\nInvocationID=abc\n', entries).observe();
    expect(lines.at(-1)).toMatch(/^59: x+…$/);
    expect(lines.join('\n').length).toBeLessThanOrEqual(8_192);
  });

  it.each([[[]], [new CommandNotStarted('/usr/bin/journalctl', 'is missing')]])(
    'is absent where the journal says nothing or cannot be read',
    async (entries) => {
      const { observe } = host('LoadState=loaded\nInvocationID=abc\n', entries);
      expect(await observe()).toEqual({ service: 'redis', evidence: 'absent', lines: [] });
    },
  );
});
