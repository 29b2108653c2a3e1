import { createHostActivities } from '../../../src/activities/host';
import type { CommandRunner } from '../../../src/host/commands';
import { CommandNotStarted } from '../../../src/host/program';
import { hostSettings } from './support/host';

const STARTING = '7d4958e842da4a758f6c1cdc7b36dcc5';

/** A host whose journal has these entries of Redis' unit. */
function host(entries: object[] | Error) {
  const asked: string[][] = [];
  const run: CommandRunner = async ({ args }) => {
    asked.push(args);
    if (entries instanceof Error) throw entries;
    const newestFirst = entries.toReversed().map((entry) => JSON.stringify(entry));
    const stdout = newestFirst.join('\n');
    return { exitCode: 0, signal: null, timedOut: false, truncated: false, stdout, stderr: '', durationMs: 1 };
  };
  const redis = { unit: 'redis-server.service', url: 'redis://:hunter22@127.0.0.1' };
  const settings = { ...hostSettings('/nowhere'), dependencies: { redis } };
  const activities = createHostActivities(settings, { run });
  return { observe: async () => await activities.observeStartLog({ service: 'redis' }), asked };
}

describe('observeStartLog', () => {
  it('gives what was said since the last start began, masked, and leaves out what is no text', async () => {
    const { observe } = host([
      { SYSLOG_IDENTIFIER: 'redis-server', MESSAGE: 'of the start before' },
      { SYSLOG_IDENTIFIER: 'systemd', MESSAGE: 'Starting redis-server.service', MESSAGE_ID: STARTING },
      { SYSLOG_IDENTIFIER: 'redis-server', MESSAGE: 'requirepass hunter22 password=hunter22' },
      { SYSLOG_IDENTIFIER: 'redis-server', MESSAGE: [255, 0] },
      { _COMM: 'systemd', MESSAGE: 'redis-server.service: Failed with result \u001b[31mexit-code\u001b[0m.' },
    ]);
    expect(await observe()).toEqual({
      service: 'redis',
      evidence: 'present',
      lines: [
        'systemd: Starting redis-server.service',
        'redis-server: requirepass *** password=***',
        'systemd: redis-server.service: Failed with result exit-code.',
      ],
    });
  });

  it('gives what there is of a unit whose start is not among its last lines', async () => {
    const { observe, asked } = host([{ SYSLOG_IDENTIFIER: 'systemd', MESSAGE: 'Unit is masked.' }]);
    expect((await observe()).lines).toEqual(['systemd: Unit is masked.']);
    const args = asked.at(-1)!;
    expect(args).toEqual(expect.arrayContaining(['--reverse', '--lines=10', '_SYSTEMD_UNIT=redis-server.service']));
    // Whoever is not root cannot put words into its mouth.
    expect(args.slice(args.indexOf('+') + 1)).toEqual(['_UID=0', 'UNIT=redis-server.service']);
  });

  it('is bounded, newest last', async () => {
    const entries = Array.from({ length: 60 }, (_, i) => ({ SYSLOG_IDENTIFIER: `${i}`, MESSAGE: 'x'.repeat(5_000) }));
    const { lines } = await host(entries).observe();
    expect(lines.at(-1)).toMatch(/^59: x+…$/);
    expect(lines.join('\n').length).toBeLessThanOrEqual(8_192);
  });

  it.each([[[]], [new CommandNotStarted('/usr/bin/journalctl', 'is missing')]])(
    'is absent where the journal says nothing or cannot be read',
    async (entries) => {
      expect(await host(entries).observe()).toEqual({ service: 'redis', evidence: 'absent', lines: [] });
    },
  );
});
