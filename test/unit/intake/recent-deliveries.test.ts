import type { DeliveryOutcome } from '../../../src/intake/delivery';
import { RecentDeliveries } from '../../../src/intake/recent-deliveries';

let now: number;
let recent: RecentDeliveries;
let delivered: string[];

beforeEach(() => {
  now = 1_000_000;
  recent = new RecentDeliveries(() => now);
  delivered = [];
});

async function share(key: string, outcome: DeliveryOutcome | Error = 'started'): Promise<DeliveryOutcome> {
  return await recent.share(key, async () => {
    delivered.push(key);
    await Promise.resolve();
    if (outcome instanceof Error) throw outcome;
    return outcome;
  });
}

describe('RecentDeliveries', () => {
  it('delivers once what comes at the same time', async () => {
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => share('a')));
    expect(delivered).toEqual(['a']);
    expect(outcomes.filter((outcome) => outcome === 'started')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(99);
  });

  it('delivers different alerts each', async () => {
    expect(await Promise.all([share('a'), share('b')])).toEqual(['started', 'started']);
  });

  it('has nothing to add for 30 seconds, then looks again', async () => {
    await share('a');
    now += 29_999;
    expect(await share('a')).toBe('duplicate');
    now += 1;
    expect(await share('a', 'signalled')).toBe('signalled');
  });

  it('fails for all who share, and remembers no failure', async () => {
    const failure = new Error('Temporal is away');
    const results = await Promise.allSettled([share('a', failure), share('a', failure)]);
    expect(results).toEqual([
      { status: 'rejected', reason: failure },
      { status: 'rejected', reason: failure },
    ]);
    expect(await share('a')).toBe('started');
    expect(delivered).toEqual(['a', 'a']);
  });

  it('asks anew each time while nothing is open', async () => {
    expect(await share('a', 'nothingOpen')).toBe('nothingOpen');
    expect(await share('a', 'signalled')).toBe('signalled');
    expect(await share('a')).toBe('duplicate');
  });

  it('forgets the oldest of ten thousand', async () => {
    for (let i = 0; i <= 10_000; i++) await share(`${i}`);
    expect(await share('10000')).toBe('duplicate');
    expect(await share('1')).toBe('duplicate');
    expect(await share('0')).toBe('started');
  });
});
