import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { asActivity } from '../../../../src/activities/host/core/run';
import type { Run } from '../../../../src/activities/host/core/run';
import { HostError } from '../../../../src/host/errors';
import { CommandNotStarted } from '../../../../src/host/programs/program';
import { createRedactor } from '../../../../src/host/redact';
import { sleep } from '../../../../src/host/sleep';

const redact = createRedactor([]);

describe('asActivity', () => {
  it.each([3_000, 60_000])('beats three times in %s ms until it ends, and not before', async (heartbeatTimeoutMs) => {
    jest.useFakeTimers();
    try {
      const environment = new MockActivityEnvironment({ heartbeatTimeoutMs });
      const beats: unknown[] = [];
      environment.on('heartbeat', (details: unknown) => beats.push(details));
      const working = environment.run(
        asActivity(redact, async ({ remember, signal }) => {
          remember(7);
          await new Promise((resolve) => setTimeout(resolve, 0.9 * heartbeatTimeoutMs));
          return signal.aborted;
        }),
      );
      await jest.advanceTimersByTimeAsync(0.9 * heartbeatTimeoutMs);
      expect(await working).toBe(false);
      await jest.advanceTimersByTimeAsync(2 * heartbeatTimeoutMs);
      expect(beats).toEqual([7, 7]);
    } finally {
      jest.useRealTimers();
    }
  });

  it('costs the server no beat where it is done soon', async () => {
    const environment = new MockActivityEnvironment({ heartbeatTimeoutMs: 3_000 });
    const beats: unknown[] = [];
    environment.on('heartbeat', (details: unknown) => beats.push(details));
    await environment.run(asActivity(redact, async ({ signal }) => await sleep(20, signal)));
    expect(beats).toHaveLength(0);
  });

  it('gives the next attempt the position, and keeps it in the heartbeat', async () => {
    const environment = new MockActivityEnvironment({ heartbeatDetails: 5, heartbeatTimeoutMs: 30 });
    const beats: unknown[] = [];
    environment.on('heartbeat', (details: unknown) => beats.push(details));
    const look = async ({ position, signal }: Run) => {
      while (beats.length === 0) await sleep(5, signal);
      return position;
    };
    expect(await environment.run(asActivity(redact, look))).toBe(5);
    expect(beats).toContain(5);
  });

  it('ends as cancelled when it is cancelled', async () => {
    const environment = new MockActivityEnvironment();
    const running = environment.run(asActivity(redact, async ({ signal }) => await sleep(60_000, signal)));
    environment.cancel('CANCELLED');
    await expect(running).rejects.toBeInstanceOf(CancelledFailure);
  });

  it.each<[Error, string, boolean]>([
    [new HostError('UnitMasked', 'password=hunter22'), 'UnitMasked', true],
    [new HostError('NotInDesiredState', 'password=hunter22'), 'NotInDesiredState', false],
    [new CommandNotStarted('/usr/bin/x', 'password=hunter22'), 'NotConfigured', true],
    [new TypeError('password=hunter22'), 'ObservationFailed', false],
  ])('fails with %s as a failure of its type, masked', async (err, type, nonRetryable) => {
    const failing = asActivity(redact, async () => {
      throw err;
    });
    const failure = await failing().catch((thrown: unknown) => thrown as Error);
    expect(failure).toMatchObject({ type, nonRetryable });
    expect(JSON.stringify([failure!.message, failure!.stack, failure!.cause])).not.toContain('hunter22');
  });
});
