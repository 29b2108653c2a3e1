import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { asActivity } from '../../../src/activities/host/run';
import { HostError } from '../../../src/host/errors';
import { CommandNotStarted } from '../../../src/host/program';
import { createRedactor } from '../../../src/host/redact';
import { sleep } from '../../../src/host/sleep';

const redact = createRedactor([]);

describe('asActivity', () => {
  it('heartbeats at once and every second, with what it remembers', async () => {
    const environment = new MockActivityEnvironment();
    const beats: unknown[] = [];
    const third = new Promise<void>((resolve) => {
      environment.on('heartbeat', (details: unknown) => {
        beats.push(details);
        if (beats.length === 3) resolve();
      });
    });
    const startedAt = performance.now();
    const work = asActivity(redact, async ({ remember }) => {
      remember(7);
      await third;
    });
    await environment.run(work);
    expect(beats).toEqual([undefined, 7, 7]);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    const after = beats.length;
    await sleep(1_200);
    expect(beats).toHaveLength(after);
  });

  it('gives the next attempt the position, and keeps it in the heartbeat', async () => {
    const environment = new MockActivityEnvironment({ heartbeatDetails: 5 });
    const beats: unknown[] = [];
    environment.on('heartbeat', (details: unknown) => beats.push(details));
    expect(await environment.run(asActivity(redact, async ({ position }) => position))).toBe(5);
    expect(beats).toEqual([5]);
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
