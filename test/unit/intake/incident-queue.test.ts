import type { DeliveryOutcome } from '../../../src/intake/delivery';
import { IncidentQueue, MAX_LIST_ALERTS, MAX_LIST_BYTES } from '../../../src/intake/incident-queue';
import { TemporalUnavailable } from '../../../src/intake/temporal-errors';
import { alert } from '../../support/incidents';

interface Sent {
  names: string[];
  end: (outcome?: DeliveryOutcome | Error) => void;
}

let sent: Sent[];
let waitMs: number;
let idle: number;
let queue: IncidentQueue;

beforeEach(() => {
  jest.useFakeTimers({ now: 1_000_000 });
  sent = [];
  waitMs = 0;
  idle = 0;
  queue = new IncidentQueue({
    send: (list) =>
      new Promise((resolve, reject) => {
        const names = list.map((one) => one.alert.fingerprint);
        const end = (outcome: DeliveryOutcome | Error = 'signalled') =>
          outcome instanceof Error ? reject(outcome) : resolve(list.map(() => outcome));
        sent.push({ names, end });
      }),
    waitMs: () => waitMs,
    onIdle: () => (idle += 1),
  });
});
afterEach(() => jest.useRealTimers());

function add(name: string, { bytes = 500, withinMs = 4_000 } = {}): Promise<DeliveryOutcome> {
  return queue.add({ alert: alert({ fingerprint: name }), bytes, deadline: Date.now() + withinMs });
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${index}`);
}

/** Lets everything that needs no timer happen. */
async function settle(): Promise<void> {
  await jest.advanceTimersByTimeAsync(0);
}

describe('IncidentQueue', () => {
  it('sends what came together as one list, in order, and says to each what became of it', async () => {
    const outcomes = Promise.all(['a', 'b', 'c'].map((name) => add(name)));
    await settle();
    expect(sent.map((list) => list.names)).toEqual([['a', 'b', 'c']]);
    sent[0]!.end('started');
    expect(await outcomes).toEqual(['started', 'started', 'started']);
    expect(idle).toBe(1);
  });

  it('keeps what comes while a list is under way, and sends it together as the next', async () => {
    const first = add('first');
    await settle();
    const later = ['a', 'b'].map((name) => add(name));
    await settle();
    later.push(add('c'));
    await settle();
    expect(sent).toHaveLength(1);
    sent[0]!.end();
    await first;
    await settle();
    expect(sent.map((list) => list.names)).toEqual([['first'], ['a', 'b', 'c']]);
    expect(idle).toBe(0);
    sent[1]!.end();
    await Promise.all(later);
    expect(idle).toBe(1);
  });

  it('waits for its turn, and takes along what comes meanwhile', async () => {
    waitMs = 250;
    void add('a');
    await jest.advanceTimersByTimeAsync(200);
    void add('b');
    await jest.advanceTimersByTimeAsync(49);
    expect(sent).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(sent.map((list) => list.names)).toEqual([['a', 'b']]);
  });

  it('does not wait with a full list, by count', async () => {
    waitMs = 250;
    for (const name of names(MAX_LIST_ALERTS - 1)) void add(name);
    await settle();
    expect(sent).toEqual([]);
    void add('last');
    void add('too many');
    await settle();
    expect(sent.map((list) => list.names)).toEqual([[...names(MAX_LIST_ALERTS - 1), 'last']]);
    sent[0]!.end();
    await jest.advanceTimersByTimeAsync(250);
    expect(sent[1]?.names).toEqual(['too many']);
  });

  it('does not wait with a full list, by bytes; one large alert goes alone', async () => {
    waitMs = 250;
    void add('large', { bytes: MAX_LIST_BYTES * 2 });
    void add('half', { bytes: MAX_LIST_BYTES / 2 });
    void add('more than half', { bytes: MAX_LIST_BYTES / 2 + 1 });
    await settle();
    sent[0]?.end();
    await settle();
    expect(sent.map((list) => list.names)).toEqual([['large'], ['half']]);
  });

  it('fails for those of the list that failed, and goes on with the next', async () => {
    const failure = new Error('Temporal is away');
    const first = Promise.allSettled([add('a'), add('b')]);
    await settle();
    const next = add('c');
    sent[0]!.end(failure);
    expect(await first).toEqual([
      { status: 'rejected', reason: failure },
      { status: 'rejected', reason: failure },
    ]);
    await settle();
    sent[1]!.end();
    expect(await next).toBe('signalled');
  });

  it('does not send what its sender was told to send again', async () => {
    void add('first');
    await settle();
    const late = Promise.allSettled([add('late', { withinMs: 1_000 })]);
    void add('in time', { withinMs: 1_001 });
    await jest.advanceTimersByTimeAsync(1_000);
    sent[0]!.end();
    expect(await late).toEqual([{ status: 'rejected', reason: expect.any(TemporalUnavailable) }]);
    expect(sent.map((list) => list.names)).toEqual([['first'], ['in time']]);
  });

  it('is idle when nothing that waited is left to send', async () => {
    void add('first');
    await settle();
    const late = Promise.allSettled([add('late', { withinMs: 1_000 })]);
    await jest.advanceTimersByTimeAsync(1_000);
    sent[0]!.end();
    await late;
    await settle();
    expect([sent.length, idle]).toEqual([1, 1]);
  });
});
