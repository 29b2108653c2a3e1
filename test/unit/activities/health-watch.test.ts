import { HealthWatch } from '../../../src/activities/host/health-watch';
import type { EndpointState, HealthState } from '../../../src/shared/observations';
import { serviceState } from './support/host';

const endpoint = (answer: EndpointState['answer']): EndpointState => ({
  answer,
  status: null,
  latencyMs: 1,
  detail: '',
});

function health(live: EndpointState['answer'], ready = live, failingChecks: string[] = []): HealthState {
  return { health: endpoint(live), ready: endpoint(ready), failingChecks, unchecked: [], observedAt: '' };
}

const OK = health('ok');
const DOWN = health('refused');
const WAITING = health('ok', 'unhealthy', ['redis: refused']);

/** Tells a watch one thing after another, `[at, health]`; the verdict with its time. */
function play(steps: [number, HealthState][], wanted = { deadlineMs: 60_000, stabilityWindowMs: 1_000 }) {
  const watch = new HealthWatch(wanted, 0);
  for (const [at, state] of steps) {
    const verdict = watch.judge({ ...state, observedAt: `t${at}` }, at);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

describe('HealthWatch', () => {
  it('is stable after one unbroken window, since its first moment', () => {
    expect(
      play([
        [0, DOWN],
        [100, OK],
        [1_099, OK],
      ]),
    ).toBeUndefined();
    expect(
      play([
        [0, DOWN],
        [100, OK],
        [1_100, OK],
      ]),
    ).toMatchObject({
      healthy: true,
      ended: 'stable',
      healthySince: 't100',
      waitedMs: 1_100,
    });
  });

  it.each([DOWN, health('ok', 'unhealthy'), health('timeout', 'ok')])(
    'begins anew after a single failure',
    (failure) => {
      expect(
        play([
          [0, OK],
          [900, failure],
          [950, OK],
          [1_900, OK],
        ]),
      ).toBeUndefined();
      expect(
        play([
          [0, OK],
          [900, failure],
          [950, OK],
          [1_950, OK],
        ]),
      ).toMatchObject({ healthySince: 't950' });
    },
  );

  it('ends at the deadline, not healthy', () => {
    const wanted = { deadlineMs: 500, stabilityWindowMs: 1_000 };
    expect(
      play(
        [
          [0, OK],
          [499, OK],
        ],
        wanted,
      ),
    ).toBeUndefined();
    expect(
      play(
        [
          [0, OK],
          [500, OK],
        ],
        wanted,
      ),
    ).toMatchObject({ healthy: false, ended: 'deadline', healthySince: null });
  });

  it('ends when only a dependency is missing for three seconds', () => {
    expect(
      play([
        [0, WAITING],
        [2_000, OK],
        [2_500, WAITING],
        [5_000, WAITING],
      ]),
    ).toBeUndefined();
    expect(
      play([
        [0, WAITING],
        [3_000, WAITING],
      ]),
    ).toMatchObject({
      ended: 'dependencyNotReady',
      last: { failingChecks: ['redis: refused'] },
    });
    expect(
      play([
        [0, health('ok', 'unhealthy')],
        [9_000, health('ok', 'unhealthy')],
      ]),
    ).toBeUndefined();
  });
});

describe('HealthWatch of a service that does not run', () => {
  const wanted = { deadlineMs: 60_000, stabilityWindowMs: 1_000 };
  function see(states: [number, Parameters<HealthWatch['see']>[0]][]) {
    const watch = new HealthWatch(wanted, 0);
    for (const [at, state] of states) watch.see(state, at);
    return watch;
  }
  const failed = serviceState({ active: 'failed', sub: 'failed' });

  it('that was healthy before died, however long that lasted', () => {
    const watch = see([[0, serviceState()]]);
    expect(watch.judge(OK, 100)).toBeUndefined();
    watch.see(failed, 300);
    expect(watch.judge(DOWN, 1_299)).toBeUndefined();
    expect(watch.judge(DOWN, 1_300)).toMatchObject({
      healthy: false,
      healthySince: null,
      ended: 'died',
      heldMs: 1_200,
    });
  });

  it('ends after a second of it', () => {
    const watch = see([
      [0, failed],
      [900, failed],
    ]);
    expect(watch.judge(DOWN, 999)).toBeUndefined();
    expect(watch.judge(DOWN, 1_000)).toMatchObject({ healthy: false, ended: 'notRunning' });
    expect(see([[0, serviceState({ active: 'inactive' })]]).judge(DOWN, 1_000)).toMatchObject({ ended: 'notRunning' });
  });

  it.each([
    ['a job is pending', serviceState({ active: 'failed', jobPending: true })],
    ['systemd restarts it', serviceState({ active: 'inactive', sub: 'auto-restart' })],
    ['it is starting', serviceState({ active: 'activating' })],
    ['it cannot be observed', undefined],
  ])('goes on while %s', (_while, state) => {
    expect(
      see([
        [0, failed],
        [500, state],
      ]).judge(DOWN, 5_000),
    ).toBeUndefined();
    expect(
      see([
        [0, failed],
        [500, state],
        [600, failed],
      ]).judge(DOWN, 1_500),
    ).toBeUndefined();
  });

  it('goes on while something answers well', () => {
    expect(see([[0, failed]]).judge(OK, 5_000)).toBeUndefined();
  });
});
