import { DependencyWatch } from '../../../../src/activities/host/watch/dependency-watch';
import { judgeLook } from '../../../../src/activities/host/watch/judge-look';
import type { Answer, Condition, EndpointState } from '../../../../src/shared/observations/probes';
import type { DiskState } from '../../../../src/shared/observations/files';
import { serviceState } from '../support/host';

const endpoint = (answer: Answer): EndpointState => ({ answer, status: null, latencyMs: 1, detail: 'said so' });

/** What one look sees, by a short name. */
const SEEN: Record<string, { condition: Condition; answer: Answer }> = {
  well: { condition: 'well', answer: 'ok' },
  starting: { condition: 'starting', answer: 'unhealthy' },
  busy: { condition: 'busy', answer: 'unhealthy' },
  silent: { condition: 'busy', answer: 'timeout' },
  protecting: { condition: 'protecting', answer: 'unhealthy' },
  refused: { condition: 'refused', answer: 'denied' },
  down: { condition: 'down', answer: 'refused' },
};

/** Looks every half second at what `seenAt` tells; what it ended with, and when. */
function play(seenAt: (seconds: number) => string, deadlineMs = 60_000) {
  const watch = new DependencyWatch(deadlineMs, 0);
  for (let now = 0; now <= 120_000; now += 500) {
    const { condition, answer } = SEEN[seenAt(now / 1_000)]!;
    const end = watch.judge({ condition, why: 'said so', endpoint: endpoint(answer) }, now);
    if (end !== undefined) return { condition: end.condition, why: end.why, seconds: now / 1_000 };
  }
  throw new Error('it never became clear');
}

describe('DependencyWatch', () => {
  it.each<[string, Condition, number]>([
    ['well', 'well', 0],
    ['down', 'down', 2],
    ['refused', 'refused', 2],
    ['protecting', 'protecting', 2],
    ['busy', 'busy', 3],
    ['starting', 'starting', 60],
  ])('takes what is always %s for %s after %d s', (name, condition, seconds) => {
    expect(play(() => name)).toMatchObject({ condition, seconds });
  });

  it('never calls down what was down in one look', () => {
    expect(play((at) => (at === 1 ? 'down' : at < 1 ? 'starting' : 'well'))).toMatchObject({ condition: 'well' });
  });

  it('waits for one that starts, longer than any other condition would hold', () => {
    expect(play((at) => (at < 34 ? 'starting' : 'well'))).toEqual({ condition: 'well', why: 'said so', seconds: 34 });
  });

  it('takes one that said nothing, and then that it is busy, for busy', () => {
    expect(play((at) => (at < 5 ? 'silent' : 'busy'))).toMatchObject({ condition: 'busy', seconds: 8 });
  });

  it('takes one that answered nothing until the deadline for down, and says so', () => {
    expect(play(() => 'silent')).toEqual({
      condition: 'down',
      why: 'takes connections and gave no answer for 60 s',
      seconds: 60,
    });
  });

  it('leaves alone one that fell silent only lately', () => {
    expect(play((at) => (at < 55 ? 'starting' : 'silent'))).toMatchObject({ condition: 'busy', seconds: 60 });
  });

  it('looks a little longer at one that ended just before the deadline', () => {
    expect(play((at) => (at < 59 ? 'starting' : 'down'))).toMatchObject({ condition: 'down', seconds: 61 });
  });

  it('does not call down one that comes and goes', () => {
    expect(play((at) => (at % 2 === 0 ? 'down' : 'starting'))).toMatchObject({ condition: 'starting' });
  });

  it('has time for several looks however short the deadline', () => {
    expect(play(() => 'down', 100)).toMatchObject({ condition: 'down', seconds: 2 });
  });
});

describe('judgeLook', () => {
  const disk = { path: '/var/lib/redis', readOnly: true } as DiskState;
  const judge = (name: string, more: object = {}) => {
    const { condition, answer } = SEEN[name]!;
    const look = { condition, endpoint: endpoint(answer) };
    return judgeLook({ look, unit: serviceState({ service: 'redis' }), disk: null, isStopped: false, ...more });
  };
  const activating = serviceState({ service: 'redis', active: 'activating', sub: 'start' });

  it.each<[string, object, Condition]>([
    ['well', {}, 'well'],
    ['well', { disk }, 'protecting'],
    ['down', {}, 'down'],
    ['down', { unit: null }, 'down'],
    ['down', { unit: activating }, 'starting'],
    ['down', { unit: serviceState({ active: 'failed', jobPending: true }) }, 'starting'],
    ['silent', {}, 'busy'],
    ['silent', { unit: activating }, 'starting'],
    ['silent', { isStopped: true }, 'down'],
    ['busy', { unit: activating }, 'busy'],
    ['refused', { unit: activating }, 'refused'],
  ])('takes what is %s with %j for %s', (name, more, condition) => {
    expect(judge(name, more).condition).toBe(condition);
  });

  it('names a read-only file system under the data', () => {
    expect(judge('well', { disk }).why).toBe('the file system of its data, /var/lib/redis, is read-only');
  });
});
