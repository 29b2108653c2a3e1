import type { CommandResult } from '../../../../src/host/programs/commands';
import { reloadKingfisher } from '../../../../src/host/services/reload';
import type { ServiceState } from '../../../../src/shared/observations/service';
import { hostSettings, serviceState } from '../../activities/support/host';

const RESULT = { signal: null, timedOut: false, truncated: false, stderr: '', stdout: '', durationMs: 1 } as const;
const ENDED = { active: 'inactive', invocation: '', mainPid: null } as const;

/** A unit whose reload has this exit code and leads to this state; a start brings it back as `next` says. */
function scripted(
  after: Partial<ServiceState>,
  { exitCode = 0, next = { active: 'active' } as Partial<ServiceState> },
) {
  let now = serviceState();
  const done = { starts: 0 };
  const run = async ({ args }: { args: string[] }): Promise<CommandResult> => {
    if (args[0] === 'show') return { ...RESULT, exitCode: 0, stdout: 'yes\n' };
    now = serviceState(after);
    return { ...RESULT, exitCode };
  };
  const service = {
    observe: async () => now,
    settle: async () => now,
    start: async () => {
      done.starts++;
      return (now = serviceState({ invocation: 'b', ...next }));
    },
  };
  return { done, reload: () => reloadKingfisher(hostSettings('/nowhere'), run, service) };
}

describe('reloadKingfisher', () => {
  it('believes a reload after which the same process lives', async () => {
    const { reload, done } = scripted({}, {});
    await expect(reload()).resolves.toBe('reloaded');
    expect(done.starts).toBe(0);
  });

  it('sees a reload that ended the process, and starts it again', async () => {
    const { reload, done } = scripted(ENDED, {});
    await expect(reload()).resolves.toBe('ended');
    expect(done.starts).toBe(1);
  });

  it('leaves the start to systemd where that does it by itself', async () => {
    const { reload, done } = scripted({ invocation: 'b', mainPid: 43 }, {});
    await expect(reload()).resolves.toBe('ended');
    expect(done.starts).toBe(0);
  });

  it('starts again what a reload that failed has ended', async () => {
    const { reload, done } = scripted(ENDED, { exitCode: 1 });
    await expect(reload()).rejects.toThrow(/exit code 1.*started again/);
    expect(done.starts).toBe(1);
  });

  it('says when it does not come back', async () => {
    const { reload } = scripted(ENDED, { next: { active: 'failed', result: 'exit-code' } });
    await expect(reload()).rejects.toThrow('does not start again: it is failed (exit-code)');
  });
});
