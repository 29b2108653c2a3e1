import { createHostActivities } from '../../../../src/activities/host';
import type { CommandRunner } from '../../../../src/host/programs/commands';
import { CommandNotStarted } from '../../../../src/host/programs/program';
import { hostSettings } from '../support/host';

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
      reason: null,
    });
  });

  it('gives what there is of a unit whose start is not among its last lines', async () => {
    const { observe, asked } = host([{ SYSLOG_IDENTIFIER: 'systemd', MESSAGE: 'Unit is masked.' }]);
    expect((await observe()).lines).toEqual(['systemd: Unit is masked.']);
    const args = asked.at(-1)!;
    expect(args).toEqual(expect.arrayContaining(['--reverse', '--lines=60', '_SYSTEMD_UNIT=redis-server.service']));
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
      expect(await host(entries).observe()).toEqual({
        service: 'redis',
        evidence: 'absent',
        lines: [],
        reason: null,
      });
    },
  );
});

describe('a log that is the journal', () => {
  const at = (second: number) => String(Date.parse(`2026-11-23T10:00:0${second}Z`) * 1_000);
  const pydantic = [
    ['1 validation error for Settings', 1],
    ['PORT', 1],
    ["  Input should be a valid integer [type=int_parsing, input_value='82o1', input_type=str]", 1],
    ['    For further information visit https://errors.pydantic.dev/2.5/v/int_parsing', 1],
  ].map(([MESSAGE, second]) => ({ _COMM: 'python', MESSAGE, __REALTIME_TIMESTAMP: at(Number(second)) }));
  const systemd = (MESSAGE: string, second: number, more = {}) => ({
    SYSLOG_IDENTIFIER: 'systemd',
    MESSAGE,
    __REALTIME_TIMESTAMP: at(second),
    ...more,
  });
  const entries = [
    systemd('Failed with the start before', 0),
    systemd('Starting kingfisher.service', 1, { MESSAGE_ID: STARTING }),
    ...pydantic,
    systemd("kingfisher.service: Failed with result 'exit-code'.", 2),
  ];
  const kingfisher = (found: object[] | Error, logFile = 'journal') => {
    const run: CommandRunner = async () => {
      if (found instanceof Error) throw found;
      const stdout = found
        .toReversed()
        .map((entry) => JSON.stringify(entry))
        .join('\n');
      return { exitCode: 0, signal: null, timedOut: false, truncated: false, stdout, stderr: '', durationMs: 1 };
    };
    return createHostActivities(hostSettings('/nowhere', { logFile }), { run });
  };

  it('is read since the last start, with times, without the value that was wrong', async () => {
    expect(await kingfisher(entries).observeLogTail({ lines: 50 })).toEqual({
      path: 'journal of kingfisher.service',
      evidence: 'present',
      lines: [
        '2026-11-23T10:00:01Z systemd: Starting kingfisher.service',
        '2026-11-23T10:00:01Z python: 1 validation error for Settings',
        '2026-11-23T10:00:01Z python: PORT',
        '2026-11-23T10:00:01Z python:   Input should be a valid integer [type=int_parsing, input_value=***, input_type=str]',
        '2026-11-23T10:00:01Z python:     For further information visit https://errors.pydantic.dev/2.5/v/int_parsing',
        "2026-11-23T10:00:02Z systemd: kingfisher.service: Failed with result 'exit-code'.",
      ],
      modifiedAt: '2026-11-23T10:00:02.000Z',
      sizeBytes: 0,
    });
  });

  it('names the reason of a start that failed', async () => {
    const { reason } = await kingfisher(entries).observeStartLog({ service: 'kingfisher' });
    expect(reason).toEqual({ kind: 'configuration', text: 'PORT: Input should be a valid integer' });
  });

  it('is no finding when it says nothing, and is unknown when it cannot be read', async () => {
    expect(await kingfisher([]).observeLogTail({ lines: 50 })).toMatchObject({ evidence: 'present', lines: [] });
    const unreadable = kingfisher(new CommandNotStarted('/usr/bin/journalctl', 'is missing'));
    await expect(unreadable.observeLogTail({ lines: 50 })).rejects.toMatchObject({ type: 'ObservationFailed' });
  });

  it('may be none at all', async () => {
    const none = kingfisher([], 'none');
    await expect(none.observeLogTail({ lines: 50 })).rejects.toMatchObject({ type: 'NotConfigured' });
    expect((await none.observeResources()).disks.length).toBeGreaterThan(0);
  });
});
