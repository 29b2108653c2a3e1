import type { HostLedger, Pause, TurnRequest } from '../../../../src/shared/safety/guard';
import { TurnQueue } from '../../../../src/workflows/guard/turn-queue';

const HOUR = 3_600_000;
const T0 = Date.parse('2026-11-23T03:00:00Z');
const POLICY = { restartsPerHour: 3, flapping: { incidents: 3, withinMs: 1_800_000 }, remindEveryMs: HOUR };

function request(name: string, more: Partial<TurnRequest> = {}): TurnRequest {
  return {
    incidentId: `incident/${name}/h1`,
    runId: `run-${name}`,
    runbook: 'serviceDown',
    severity: 'critical',
    startsAt: '2026-11-23T03:00:00.000Z',
    startedBy: null,
    policy: POLICY,
    ...more,
  };
}

function release(name: string, more: { changed?: boolean } = {}) {
  return { incidentId: `incident/${name}/h1`, runId: `run-${name}`, changed: false, ...more };
}

function note(name: string, restart: 'kingfisher' | 'redis' | null) {
  return { incidentId: `incident/${name}/h1`, runId: `run-${name}`, token: 1, restart, what: 'x' };
}

/** What was said since the last time, as `run: kind …`. */
function said(turns: TurnQueue): string[] {
  return turns.takeAnswers().map(({ runId, answer }) => {
    const more =
      answer.kind === 'refused' ? ` ${answer.reason}` : answer.kind === 'queued' ? ` ${answer.position}` : '';
    return `${runId.slice(4)}: ${answer.kind}${more}`;
  });
}

/** Of a guard whose host has said what it knows: nothing. */
function newTurns(newest = 0): TurnQueue {
  const turns = new TurnQueue('h1', T0);
  turns.heardHost(ledger(newest), T0);
  return turns;
}

function ledger(token: number, pauses: Pause[] = [], holder = 'incident/old/h1'): HostLedger {
  return { newest: { token, holder }, kept: { revision: pauses.length === 0 ? 0 : 9, pauses } };
}

const holder = (turns: TurnQueue) => turns.view(T0).holder?.incidentId.split('/')[1];

describe('the turn', () => {
  it('goes to the first at once, then critical before warning, then by age', () => {
    const turns = newTurns();
    turns.request(request('first', { severity: 'warning' }), T0);
    turns.request(request('warning', { severity: 'warning', startsAt: '2026-11-23T01:00:00.000Z' }), T0);
    turns.request(request('young'), T0);
    turns.request(request('old', { startsAt: '2026-11-23T02:00:00.000Z' }), T0);
    expect(said(turns)).toEqual([
      'first: granted',
      'warning: queued 1',
      'young: queued 1',
      'warning: queued 2',
      'first: wanted',
      'old: queued 1',
      'young: queued 2',
      'warning: queued 3',
    ]);
    const order = [];
    for (let next = holder(turns); next !== undefined; next = holder(turns)) {
      order.push(next);
      turns.release(release(next), T0);
    }
    expect(order).toEqual(['first', 'old', 'young', 'warning']);
  });

  it('is wanted of its holder by what is down and by a person, who go before all that is critical', () => {
    const turns = newTurns();
    const slow = { runbook: 'pipelineFailures' };
    turns.request(request('slow', slow), T0);
    turns.request(request('other', slow), T0);
    expect(said(turns)).toEqual(['slow: granted', 'other: queued 1']);
    turns.request(request('down', { startsAt: '2026-11-24T03:00:00.000Z' }), T0);
    expect(said(turns)).toEqual(['down: queued 1', 'other: queued 2', 'slow: wanted']);
    turns.request(request('person', { ...slow, startedBy: 'anna' }), T0);
    expect(said(turns)).not.toContain('slow: wanted');
    turns.release(release('slow'), T0);
    expect(holder(turns)).toBe('person');
    expect(said(turns)).not.toContain('person: wanted');
  });

  it('is asked for again without changing anything', () => {
    const turns = newTurns();
    turns.request(request('a'), T0);
    turns.request(request('b'), T0);
    const { lastToken } = turns.state;
    said(turns);
    turns.request(request('a'), T0 + 5);
    turns.request(request('b'), T0 + 5);
    expect(said(turns)).toEqual(['a: granted', 'b: queued 1']);
    expect(turns.state).toMatchObject({ lastToken, queue: [{ runId: 'run-b' }], holder: { token: lastToken } });
  });

  it('has tokens that only grow, also when the guard lost all it knew', () => {
    const tokens: number[] = [];
    const turns = newTurns();
    for (const name of ['a', 'b', 'c']) {
      turns.request(request(name), T0);
      tokens.push(turns.state.lastToken);
      turns.release(release(name), T0);
    }
    const fresh = newTurns(3);
    // Whatever the clock of a controller says.
    fresh.request(request('d'), T0 - 24 * HOUR);
    tokens.push(fresh.state.lastToken);
    expect(tokens).toEqual([1, 2, 3, 4]);
  });

  it('passes on from a run that began anew, and from one that died', () => {
    const turns = newTurns();
    turns.request(request('a'), T0);
    turns.request(request('b'), T0);
    turns.request(request('a', { runId: 'run-again' }), T0);
    expect(holder(turns)).toBe('a');
    expect(turns.state.holder?.request.runId).toBe('run-again');
    turns.gone({ incidentId: 'incident/a/h1', runId: 'run-a' }, T0);
    expect(holder(turns)).toBe('a');
    turns.gone({ incidentId: 'incident/a/h1', runId: 'run-again' }, T0);
    expect(holder(turns)).toBe('b');
  });

  it('has a holder that is looked at soon while others wait, seldom while nobody does, and at once when it is deaf', () => {
    const turns = newTurns();
    turns.request(request('a'), T0);
    expect(turns.holderToLookAt(T0 + 599_999)).toBeUndefined();
    expect(turns.nextWakeAt(T0)).toBe(T0 + 600_000);
    turns.request(request('b'), T0 + 1_000);
    expect(turns.nextWakeAt(T0)).toBe(T0 + 15_000);
    expect(turns.holderToLookAt(T0 + 15_000)).toMatchObject({ runId: 'run-a' });
    turns.seen(request('a'), T0 + 15_000);
    expect(turns.holderToLookAt(T0 + 29_999)).toBeUndefined();
    turns.unreachable(request('a'), T0 + 16_000);
    expect(turns.holderToLookAt(T0 + 16_000)).toMatchObject({ runId: 'run-a' });
    turns.unreachable(request('b'), T0 + 16_000);
    expect(turns.view(T0).queue).toEqual([]);
  });
});

describe('the budget', () => {
  it('counts restarts of one hour over all incidents, and says what is left', () => {
    const turns = newTurns();
    turns.request(request('a'), T0);
    turns.noteChange(note('a', 'kingfisher'), T0);
    turns.noteChange(note('a', 'kingfisher'), T0 + 60_000);
    turns.release(release('a', { changed: true }), T0 + 120_000);
    turns.takeAnswers();
    turns.request(request('b'), T0 + 120_000);
    const left = { kingfisher: 1, postgres: 3, redis: 3, rabbitmq: 3 };
    expect(turns.takeAnswers()).toMatchObject([{ answer: { kind: 'granted', restartsLeft: left } }]);
    turns.request(request('b'), T0 + HOUR);
    expect(turns.takeAnswers()).toMatchObject([{ answer: { restartsLeft: { kingfisher: 2 } } }]);
  });

  it('refuses when every service has spent it, and only then', () => {
    const turns = newTurns();
    const policy = { ...POLICY, restartsPerHour: 1, flapping: { incidents: 99, withinMs: HOUR } };
    for (const service of ['kingfisher', 'postgres', 'redis', 'rabbitmq'] as const) {
      turns.request(request(service, { policy }), T0);
      expect(said(turns).at(-1)).toBe(`${service}: granted`);
      turns.noteChange({ ...note(service, null), restart: service }, T0);
      turns.release(release(service, { changed: true }), T0);
    }
    turns.request(request('b', { policy }), T0);
    turns.request(request('person', { policy, startedBy: 'anna' }), T0);
    expect(said(turns)).toEqual(['b: refused budget', 'person: granted']);
  });

  it('of persons is their own: what they restart counts for nobody', () => {
    const turns = newTurns();
    turns.request(request('a', { startedBy: 'anna' }), T0);
    expect(turns.takeAnswers()).toEqual([expect.objectContaining({ answer: { kind: 'granted', token: 1 } })]);
    turns.noteChange(note('a', 'kingfisher'), T0);
    turns.release(release('a', { changed: true }), T0);
    expect(turns.view(T0)).toMatchObject({ restarts: {}, recentIncidents: 0 });
  });
});

describe('a flapping host', () => {
  it('is refused to alerts after so many incidents that changed something, until the window has passed', () => {
    const turns = newTurns();
    for (const [index, name] of ['a', 'b', 'c', 'idle'].entries()) {
      turns.request(request(name), T0 + index * 60_000);
      turns.release(release(name, { changed: name !== 'idle' }), T0 + index * 60_000);
    }
    turns.takeAnswers();
    turns.request(request('d'), T0 + 240_000);
    turns.request(request('d'), T0 + 240_000);
    turns.request(request('person', { startedBy: 'anna' }), T0 + 240_000);
    expect(said(turns)).toEqual(['d: refused flapping', 'd: refused flapping', 'person: granted']);
    turns.release(release('person', { changed: true }), T0 + 240_000);
    turns.request(request('e'), T0 + 1_800_000);
    expect(said(turns)).toEqual(['e: granted']);
  });

  it('counts an incident that died after it had noted a change', () => {
    const turns = newTurns();
    turns.request(request('a'), T0);
    turns.noteChange(note('a', null), T0);
    turns.gone(request('a'), T0);
    expect(turns.view(T0).recentIncidents).toBe(1);
  });
});

describe('a pause', () => {
  const pause = { by: 'anna', reason: 'moving the database', forMs: 2 * HOUR };

  it('is told to the holder, refuses those who wait and who come, and everybody hears of its end', () => {
    const turns = newTurns();
    turns.request(request('a'), T0);
    turns.request(request('b'), T0);
    said(turns);
    turns.hold.pause(pause, T0);
    turns.request(request('c', { startedBy: 'bela' }), T0);
    expect(said(turns)).toEqual(['a: paused', 'b: refused paused', 'c: refused paused']);
    turns.release(release('c'), T0);
    turns.hold.resume({ by: 'anna' }, T0 + 60_000);
    expect(said(turns)).toEqual(['a: resumed', 'b: resumed']);
    turns.request(request('b'), T0 + 60_000);
    expect(said(turns)).toEqual(['b: queued 1']);
  });

  it('passes no turn on', () => {
    const turns = newTurns();
    turns.request(request('a'), T0);
    turns.hold.pause(pause, T0);
    turns.release(release('a'), T0);
    expect(holder(turns)).toBeUndefined();
    turns.request(request('a'), T0);
    expect(said(turns).at(-1)).toBe('a: refused paused');
  });

  it('reminds every hour and a quarter of an hour before its end, and ends by itself', () => {
    const turns = newTurns();
    turns.hold.pause(pause, T0);
    const reminders: number[] = [];
    for (let minute = 0; minute <= 130; minute++) if (turns.tick(T0 + minute * 60_000)) reminders.push(minute);
    expect(reminders).toEqual([60, 105]);
    expect(turns.view(T0).pauses).toEqual([]);
    expect(turns.nextWakeAt(T0 + 130 * 60_000)).toBe(T0 + 130 * 60_000);
    expect(turns.isForgotten(T0 + 130 * 60_000)).toBe(true);
  });

  it('is not shortened by another’s: the later end counts, with both named', () => {
    const turns = newTurns();
    turns.request(request('a'), T0);
    turns.hold.pause(pause, T0);
    turns.hold.pause({ by: 'bela', reason: 'again', forMs: HOUR }, T0);
    expect(turns.view(T0).pauses).toMatchObject([
      { by: 'anna', until: '2026-11-23T05:00:00.000Z' },
      { by: 'bela', until: '2026-11-23T04:00:00.000Z' },
    ]);
    expect(turns.paused).toMatchObject({ by: 'anna and bela', until: '2026-11-23T05:00:00.000Z' });
    said(turns);
    expect(turns.tick(T0 + HOUR)).toBe(true);
    expect(turns.view(T0).pauses).toMatchObject([{ by: 'anna' }]);
    expect(said(turns)).toEqual(['a: paused']);
    turns.tick(T0 + 2 * HOUR);
    expect(said(turns)).toEqual(['a: resumed']);
  });

  it('is replaced by the same person’s, and ended by that person or for all', () => {
    const turns = newTurns();
    turns.hold.pause(pause, T0);
    turns.hold.pause({ ...pause, by: ' Anna', forMs: HOUR }, T0);
    turns.hold.pause({ ...pause, by: 'bela' }, T0);
    expect(turns.view(T0).pauses).toMatchObject([{ until: '2026-11-23T04:00:00.000Z' }, { by: 'bela' }]);
    expect(turns.hold.canResume({ by: 'carla' })).toBe(false);
    turns.hold.resume({ by: 'carla' }, T0);
    turns.hold.resume({ by: 'anna' }, T0);
    expect(turns.view(T0).pauses).toMatchObject([{ by: 'bela' }]);
    turns.hold.resume({ by: 'carla', all: true }, T0);
    expect(turns.paused).toBeNull();
  });
});

it('what it remembers is plain, and goes on from what was carried over', () => {
  const turns = newTurns();
  turns.request(request('a'), T0);
  turns.request(request('b'), T0);
  turns.noteChange(note('a', 'redis'), T0);
  turns.hold.pause({ by: 'anna', reason: 'x', forMs: HOUR }, T0);
  const carried = JSON.parse(JSON.stringify(turns.state)) as typeof turns.state;
  const next = new TurnQueue('h1', T0, carried);
  expect(next.view(T0)).toEqual(turns.view(T0));
  next.hold.resume({ by: 'anna' }, T0);
  // Also what it had no time to say.
  expect(said(next).slice(3)).toEqual(['b: refused paused', 'a: resumed', 'b: resumed']);
});

it('forgets what counts no more, and then has nothing to stay for', () => {
  const turns = newTurns();
  turns.request(request('a'), T0);
  turns.noteChange(note('a', 'redis'), T0);
  turns.release(release('a'), T0);
  turns.tick(T0 + 23 * HOUR);
  expect(turns.isForgotten(T0 + 23 * HOUR)).toBe(false);
  expect(turns.nextWakeAt(T0)).toBe(T0 + 24 * HOUR);
  turns.tick(T0 + 24 * HOUR);
  expect(turns.isForgotten(T0 + 24 * HOUR)).toBe(true);
});
