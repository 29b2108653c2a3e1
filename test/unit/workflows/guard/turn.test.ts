import { CancelledFailure } from '@temporalio/common';
import type { ChangeNote, TurnAnswer, TurnRelease, TurnRequest } from '../../../../src/shared/safety/guard';
import { Turn } from '../../../../src/workflows/guard/turn';
import { REQUEST } from './turn-request';

function incident(who: 'incident' | 'lease' = 'incident') {
  const asked: TurnRequest[] = [];
  const noted: ChangeNote[] = [];
  const released: TurnRelease[] = [];
  const told: string[] = [];
  const clock = { now: 1_000 };
  /** How the guard fails to be asked. */
  const unheard: { error?: Error } = {};
  /** Ends each wait: with what is so, or with the time being over. */
  let during: (() => void) | undefined;
  const turn = new Turn({
    who,
    host: 'h1',
    request: () => REQUEST,
    note: (title, detail = '') => told.push([title, detail].filter((text) => text !== '').join(': ')),
    now: () => clock.now,
    guard: {
      request: async (request) => {
        if (unheard.error !== undefined) throw unheard.error;
        asked.push(request);
      },
      note: async (note) => void noted.push(note),
      release: async (release) => void released.push(release),
      wait: async (isSo, forMs) => {
        const act = during;
        during = undefined;
        act?.();
        if (!isSo()) clock.now += forMs;
        return isSo();
      },
    },
  });
  const whileWaiting = (act: () => void) => (during = act);
  return { turn, asked, noted, released, told, clock, unheard, whileWaiting };
}

const granted = { kind: 'granted', token: 7, restartsLeft: { kingfisher: 1, redis: 3 } } as const;

describe('a turn', () => {
  it('is not waited for by asking, and says how long it took', async () => {
    const { turn, asked, clock, whileWaiting } = incident();
    turn.request();
    expect(asked).toHaveLength(1);
    whileWaiting(() => {
      clock.now = 5_000;
      turn.receive(granted);
    });
    expect(await turn.ready()).toEqual(granted);
    expect(turn.waited).toBe(4_000);
  });

  it('is asked for again when the guard says nothing for long', async () => {
    const { turn, asked, clock, whileWaiting } = incident();
    turn.request();
    const askedBefore: number[] = [];
    whileWaiting(() =>
      whileWaiting(() => {
        askedBefore.push(asked.length, clock.now);
        turn.receive(granted);
      }),
    );
    expect(await turn.ready()).toEqual(granted);
    expect(askedBefore).toEqual([2, 31_000]);
  });

  it('is asked for again more seldom where the guard said that others are before it', async () => {
    const { turn, clock, whileWaiting } = incident();
    turn.request();
    turn.receive({ kind: 'queued', holder: 'incident/B/h1', position: 1 });
    whileWaiting(() => whileWaiting(() => turn.receive(granted)));
    await turn.ready();
    expect(clock.now).toBe(1_201_000);
  });

  it('of another run of this incident is none of this one', () => {
    const { turn } = incident();
    turn.request();
    turn.receive({ ...granted, to: 'run-0' });
    expect(turn.isGranted).toBe(false);
    turn.receive({ ...granted, to: 'run-1' });
    expect(turn.isGranted).toBe(true);
  });

  it('that comes after a refusal, or a place, takes the place of it', () => {
    const { turn, told } = incident();
    const refused = { kind: 'refused', reason: 'flapping', detail: '3 incidents' } as const;
    turn.request();
    turn.receive(refused);
    turn.receive({ kind: 'queued', holder: 'incident/B/h1', position: 1 });
    expect(turn.refusal).toBeNull();
    turn.receive(refused);
    turn.receive(granted);
    expect(turn.refusal).toBeNull();
    expect(told).toEqual([
      'No turn to change this host: flapping: 3 incidents',
      'Waits for its turn: incident/B/h1 changes h1: place 1',
      'No turn to change this host: flapping: 3 incidents',
      "It is this incident's turn to change h1",
    ]);
  });

  it('says why there is none, and who paused changes, once for each', () => {
    const { turn, told } = incident();
    const paused = (until: string) => turn.receive({ kind: 'paused', by: 'anna', reason: 'moving', until });
    turn.request();
    for (const detail of ['3 incidents', '3 incidents', '4 incidents']) {
      turn.receive({ kind: 'refused', reason: 'flapping', detail });
    }
    for (const until of ['04:00', '04:00', '05:00']) paused(until);
    expect(told).toEqual([
      'No turn to change this host: flapping: 3 incidents',
      'No turn to change this host: flapping: 4 incidents',
      'Changes paused by anna until 04:00: moving',
      'Changes paused by anna until 05:00: moving',
    ]);
  });

  describe('whose token the agent refused as too old', () => {
    const stale = { kind: 'change', token: 7, holder: 'incident/A/h1' } as const;
    const inTurn = () => {
      const one = incident();
      one.turn.request();
      one.turn.receive(granted);
      return one;
    };

    it('tells the guard so, and goes on with the newer one', async () => {
      const { turn, asked, whileWaiting } = inTurn();
      whileWaiting(() => turn.receive({ ...granted, token: 92 }));
      expect(await turn.renewed(stale)).toEqual({ ...stale, token: 92 });
      expect(asked.at(-1)).toMatchObject({ staleToken: 7 });
      expect(turn.permit('x', {})).toMatchObject({ token: 92 });
      // A step beside it, which asked with the same.
      expect(await turn.renewed(stale)).toEqual({ ...stale, token: 92 });
      expect(asked).toHaveLength(2);
    });

    it('says again for whom it waits, where it waited before', async () => {
      const { turn, told, whileWaiting } = incident();
      const queued = { kind: 'queued', holder: 'incident/B/h1', position: 1 } as const;
      turn.request();
      turn.receive(queued);
      turn.receive(granted);
      whileWaiting(() => turn.receive(queued));
      await turn.renewed(stale);
      expect(told.filter((text) => text.startsWith('Waits for its turn'))).toHaveLength(2);
    });

    it.each<[string, TurnAnswer | undefined]>([
      ['somebody else has the turn by now', { kind: 'queued', holder: 'incident/B/h1', position: 1 }],
      ['the guard refuses', { kind: 'refused', reason: 'flapping', detail: 'x' }],
      ['changes are paused', { kind: 'paused', by: 'anna', reason: 'x', until: '2026-11-23T05:00:00.000Z' }],
      ['the guard says nothing', undefined],
    ])('has none where %s', async (_what, answer) => {
      const { turn, whileWaiting } = inTurn();
      whileWaiting(() => answer && turn.receive(answer));
      expect(await turn.renewed(stale)).toBeUndefined();
      expect(turn.isGranted).toBe(answer === undefined || answer.kind === 'paused');
    });
  });

  it('is waited for no longer when the alert is over', async () => {
    const { turn } = incident();
    turn.request();
    expect(await turn.ready(() => true)).toBeUndefined();
  });

  it('gives permits with its token, tells the guard of restarts, and counts them', () => {
    const { turn, noted } = incident();
    turn.request();
    turn.receive(granted);
    expect(turn.permit('Restart KingFisher', { restarts: 'kingfisher' })).toEqual({
      kind: 'change',
      token: 7,
      holder: 'incident/A/h1',
    });
    turn.permit('Clear files', {});
    expect(noted).toEqual([
      { incidentId: 'incident/A/h1', runId: 'run-1', token: 7, restart: 'kingfisher', what: 'Restart KingFisher' },
    ]);
    expect(() => turn.permit('Restart KingFisher', { restarts: 'kingfisher' })).toThrow('guard.restartsPerHour');
    expect(turn.permit('Restart Redis', { restarts: 'redis' })).toMatchObject({ token: 7 });
    expect(noted).toHaveLength(2);
  });

  it('tells the guard of its first change, whatever it is', () => {
    const { turn, noted } = incident();
    turn.request();
    turn.receive(granted);
    turn.permit('Clear files', {});
    turn.permit('Rotate logs', {});
    expect(noted).toMatchObject([{ restart: null, what: 'Clear files' }]);
  });

  it.each<[string, (turn: Turn) => void, string]>([
    ['before there is an answer', () => undefined, "not this incident's turn"],
    [
      'when it was refused',
      (turn) => turn.receive({ kind: 'refused', reason: 'flapping', detail: '3 incidents changed something' }),
      '3 incidents changed something',
    ],
    [
      'in a pause',
      (turn) => {
        turn.receive(granted);
        turn.receive({ kind: 'paused', by: 'anna', reason: 'moving', until: '2026-11-23T05:00:00.000Z' });
      },
      'paused by anna: moving',
    ],
  ])('gives no permit %s, but always one to undo', (_when, prepare, words) => {
    const { turn, noted } = incident();
    turn.request();
    prepare(turn);
    expect(() => turn.permit('Restart', { restarts: 'kingfisher' })).toThrow(words);
    expect(turn.permit('Start', { restarts: 'kingfisher', isUndo: true })).toMatchObject({ kind: 'undo' });
    expect(noted).toEqual([]);
  });

  it('goes on after a pause; who was refused for it asks again', async () => {
    const { turn, asked, whileWaiting } = incident();
    turn.request();
    turn.receive({ kind: 'refused', reason: 'paused', detail: 'paused by anna' });
    expect(turn.isPaused).toBe(true);
    whileWaiting(() => turn.receive({ kind: 'resumed', by: 'anna' }));
    await turn.whenResumed();
    expect([turn.isPaused, turn.refusal]).toEqual([false, null]);
    turn.request();
    turn.receive(granted);
    expect(asked).toHaveLength(2);
    expect(turn.isGranted).toBe(true);
  });

  it('outlasts no pause whose guard was lost', async () => {
    const { turn, told } = incident();
    turn.request();
    turn.receive(granted);
    turn.receive({ kind: 'paused', by: 'anna', reason: 'moving', until: new Date(900_000).toISOString() });
    await turn.whenResumed();
    expect(told.at(-1)).toBe('Changes may go on: the pause has ended');
  });

  it('that comes when nobody wants it any more is given back', async () => {
    const { turn, released } = incident();
    turn.request();
    await turn.release({ changed: true });
    turn.receive(granted);
    expect(released).toMatchObject([{ changed: true }, { changed: false }]);
    expect(turn.isGranted).toBe(false);
  });

  it('given back, knows nothing of what it heard before', async () => {
    const { turn, told } = incident();
    const queued = { kind: 'queued', holder: 'incident/B/h1', position: 1 } as const;
    turn.request();
    turn.receive(queued);
    await turn.release({ changed: false });
    turn.request();
    turn.receive(queued);
    expect(told).toHaveLength(2);
    turn.receive({ kind: 'refused', reason: 'paused', detail: 'paused by anna' });
    await turn.release({ changed: false });
    expect([turn.isPaused, turn.refusal]).toEqual([false, null]);
  });

  it('takes answers in any order, and many times', () => {
    const { turn, told } = incident();
    turn.request();
    turn.receive({ kind: 'queued', holder: 'incident/B/h1', position: 2 });
    turn.receive({ kind: 'queued', holder: 'incident/B/h1', position: 1 });
    turn.receive(granted);
    turn.receive(granted);
    turn.receive({ kind: 'queued', holder: 'incident/B/h1', position: 1 });
    turn.receive({ kind: 'refused', reason: 'budget', detail: 'late' });
    expect(turn.isGranted).toBe(true);
    expect(told).toEqual([
      'Waits for its turn: incident/B/h1 changes h1: place 2',
      "It is this incident's turn to change h1",
    ]);
  });

  it.each([
    [new Error('away'), ['The guard could not be told: Error: away']],
    // Whoever cancels the incident knows.
    [new CancelledFailure('cancelled'), []],
  ])('says that its guard could not be asked: %s', async (error, expected) => {
    const { turn, told, unheard } = incident();
    unheard.error = error;
    turn.request();
    await new Promise(setImmediate);
    expect(told).toEqual(expected);
  });

  it('of a lease is called so', () => {
    const { turn, told } = incident('lease');
    turn.request();
    expect(() => turn.permit('Set openai.max_qps', {})).toThrow("it is not this lease's turn to change h1");
    turn.receive(granted);
    expect(told).toEqual(["It is this lease's turn to change h1"]);
  });
});
