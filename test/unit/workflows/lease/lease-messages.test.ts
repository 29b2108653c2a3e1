import { CancelledFailure } from '@temporalio/common';
import type { LeaseNews } from '../../../../src/shared/safety/lease';
import { releaseLease, requestLease } from '../../../../src/workflows/lease/lease-client';
import { LeaseNewsSender } from '../../../../src/workflows/lease/lease-news';
import { NOW, incidents } from './leases';
import { MINUTE } from './played-lease';
import { PlayedTemporal } from './played-temporal';

jest.mock('@temporalio/workflow', () => jest.requireActual<{ played(): object }>('./played-temporal').played());

let temporal: PlayedTemporal;
beforeEach(() => (temporal = PlayedTemporal.begin(NOW)));

const about = { host: 'h1', setting: 'openai.max_qps', previous: 8, changed: false, why: '' };
const news = (id: string): LeaseNews => ({ ...about, id, state: 'active' });

describe('what a lease tells incidents', () => {
  const heard = () => temporal.signals.map(({ to, message }) => `${to} ${(message as LeaseNews).id}`);

  it('is told in order, also when one of them is over', async () => {
    temporal.beforeSignal = async (to) => {
      await Promise.resolve();
      if (to === 'incident/A/h1') throw new Error('not found');
    };
    const sender = new LeaseNewsSender();
    sender.tell('incident/A/h1', news('1'));
    sender.tell('incident/B/h1', news('2'));
    sender.tell('incident/C/h1', news('3'));
    await sender.settled();
    expect(heard()).toEqual(['incident/B/h1 2', 'incident/C/h1 3']);
    expect(temporal.logged).toEqual(['an incident that is over could not be told of its lease']);
  });

  it('is waited for before the lease ends, with what comes to it meanwhile', async () => {
    const sender = new LeaseNewsSender();
    temporal.beforeSignal = () => {
      temporal.beforeSignal = () => undefined;
      sender.tell('incident/B/h1', news('2'));
    };
    sender.tell('incident/A/h1', news('1'));
    await sender.settled();
    expect(heard()).toEqual(['incident/A/h1 1', 'incident/B/h1 2']);
  });

  it('is told also when the lease is cancelled', async () => {
    const sender = new LeaseNewsSender();
    await temporal.start(async () => {
      temporal.beforeSignal = () => void temporal.cancel();
      sender.tell('incident/A/h1', news('1'));
      await sender.settled();
    });
    expect(heard()).toEqual(['incident/A/h1 1']);
  });
});

describe('an incident', () => {
  it('asks for a lease, and hears its workflow', async () => {
    temporal.activities = { requestLease: () => ({ workflowId: 'lease/h1/openai.max_qps' }) };
    const asked = incidents('A');
    expect(await requestLease(asked)).toBe('lease/h1/openai.max_qps');
    expect(temporal.asked).toMatchObject([
      { name: 'requestLease', args: asked, taskQueue: 'halcyon', scheduleToCloseTimeout: MINUTE },
    ]);
  });

  const lease = { host: 'h1', setting: 'openai.max_qps' };
  const given = { owner: 'incident/A/h1', reason: 'closed' };

  it('gives its lease up, also when it is cancelled', async () => {
    await temporal.start(async () => {
      temporal.beforeSignal = () => void temporal.cancel();
      await releaseLease(lease, given);
    });
    const message = { ...given, by: 'incident/A/h1' };
    expect(temporal.signals).toEqual([{ to: 'lease/h1/openai.max_qps', name: 'releaseLease', message }]);
  });

  it('that gives up a lease that is over goes on', async () => {
    temporal.beforeSignal = () => {
      throw new Error('not found');
    };
    await expect(releaseLease(lease, given)).resolves.toBeUndefined();
  });

  it('whose message is called off fails of it', async () => {
    const cancelled = new CancelledFailure('cancelled');
    temporal.beforeSignal = () => {
      throw cancelled;
    };
    await expect(releaseLease(lease, given)).rejects.toBe(cancelled);
  });
});
