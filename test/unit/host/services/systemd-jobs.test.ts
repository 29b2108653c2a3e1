import type { CommandResult } from '../../../../src/host/programs/commands';
import { SystemdManager } from '../../../../src/host/services/systemd';
import { limitOf, parseSpan } from '../../../../src/host/services/systemd-jobs';
import { serviceState } from '../../activities/support/host';

const RESULT = { exitCode: 0, signal: null, timedOut: false, truncated: false, stderr: '', durationMs: 1 } as const;
const PATIENCE = { stopMs: 30, startMs: 100 };

describe('parseSpan', () => {
  it.each([
    ['1min 30s', 90_000],
    ['10s', 10_000],
    ['2h 5min 30.5s', 7_530_500],
    ['500ms', 500],
    ['infinity', Infinity],
    ['', Infinity],
  ])('reads "%s"', (text, ms) => expect(parseSpan(text)).toBe(ms));
});

describe('limitOf', () => {
  const patience = { stopMs: 30_000, startMs: 100_000 };
  const limit = (state: Parameters<typeof serviceState>[0], stopMs: number) =>
    limitOf(serviceState(state), patience, async () => stopMs);

  it.each([
    ['a start', { active: 'activating', jobPending: true }, 90_000, 100_000],
    ['a start behind another unit', { active: 'inactive', jobPending: true }, 90_000, 100_000],
    ['a job that has not begun', { active: 'active', jobPending: true }, 90_000, 30_000],
    ['a stop that systemd ends by force soon', { active: 'deactivating' }, 90_000, 95_000],
    ['a stop that systemd ends by force at once', { active: 'deactivating' }, 5_000, 10_000],
    ['a stop that systemd lets take for ever', { active: 'deactivating' }, Infinity, 30_000],
  ] as const)('of %s', async (_what, state, stopMs, expected) => expect(await limit(state, stopMs)).toBe(expected));
});

describe('a job that hangs', () => {
  /** systemctl of a unit that stays as it is once `verb` was asked for. */
  function systemctl(before: string, after: string, jobs = '', stopTimeout = 'infinity') {
    const verbs: string[] = [];
    let now = before;
    const run = async ({ args }: { args: string[] }): Promise<CommandResult> => {
      const verb = args[0]!;
      if (verb === 'list-jobs') return { ...RESULT, stdout: jobs };
      if (args.includes('--property=TimeoutStopUSec')) return { ...RESULT, stdout: `${stopTimeout}\n` };
      if (verb !== 'show') {
        verbs.push(args.filter((arg) => !arg.startsWith('--no')).join(' '));
        if (verb !== 'reset-failed') now = after;
        return { ...RESULT, stdout: '' };
      }
      const [active, job] = now.split(' ');
      return { ...RESULT, stdout: `LoadState=loaded\nActiveState=${active}\nJob=${job ?? ''}\nInvocationID=a\n` };
    };
    return { manager: new SystemdManager({ service: 'kingfisher', unit: 'k.service' }, run, PATIENCE), verbs };
  }

  it('is named with what it is, and left, when it has begun: only it brings the service back', async () => {
    const { manager, verbs } = systemctl('active', 'deactivating 7', '7 k.service restart running\n');
    const failure = {
      failure: 'JobStuck',
      message: expect.stringMatching(/"restart k.service" \(running\).*for ever/),
    };
    await expect(manager.restart()).rejects.toMatchObject(failure);
    expect(verbs).not.toContainEqual(expect.stringContaining('cancel'));
  });

  it('says when systemd will end it by force', async () => {
    const { manager } = systemctl('active', 'deactivating 7', '7 k.service stop running\n', '10min');
    await expect(manager.stop()).rejects.toThrow('by force after TimeoutStopSec, 600 s');
  });

  it('is cancelled when it waits for another and the service still runs', async () => {
    const jobs = '7 k.service restart waiting\n6 worker.service stop running\n';
    const { manager, verbs } = systemctl('active', 'active 7', jobs);
    await expect(manager.restart()).rejects.toThrow(/stop worker.service; the job was cancelled.*runs on/);
    expect(verbs.at(-1)).toBe('cancel -- 7');
  });

  it('of another hand is named and not cancelled', async () => {
    const { manager, verbs } = systemctl('active 7', 'active 7', '7 k.service restart waiting\n');
    await expect(manager.settle()).rejects.toMatchObject({ failure: 'JobStuck' });
    expect(verbs).toEqual([]);
  });

  it('of a start behind an end that takes for ever stays asked for', async () => {
    const { manager, verbs } = systemctl('deactivating 7', 'deactivating 8', '8 k.service start waiting\n');
    await expect(manager.start()).rejects.toMatchObject({ failure: 'JobStuck' });
    expect(verbs.at(-1)).toBe('start -- k.service');
  });
});
