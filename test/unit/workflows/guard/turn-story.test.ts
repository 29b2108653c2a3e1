import type { HostLedger, Pause, TurnRequest } from '../../../../src/shared/safety/guard';
import { TurnQueue } from '../../../../src/workflows/guard/turn-queue';
import { REQUEST } from './turn-request';

const T0 = Date.parse('2026-11-23T03:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LINGER = 10 * MINUTE;

const run = (name: string, again = '') => ({ incidentId: `incident/${name}/h1`, runId: `run-${name}${again}` });
const request = (name: string, more: Partial<TurnRequest> = {}): TurnRequest => ({ ...REQUEST, ...run(name), ...more });
const ledger = (pauses: Pause[] = [], revision = 0): HostLedger => ({
  newest: { token: 3, holder: 'incident/old/h1' },
  kept: { revision, pauses },
});
const asPause = { by: 'anna', reason: 'moving', forMs: HOUR };

/** Of a guard whose host has said what it knows: nothing. */
function newTurns(): TurnQueue {
  const turns = new TurnQueue('h1', T0);
  turns.heardHost(ledger(), T0);
  return turns;
}

/** What was said since the last time, as `run: kind …`. */
function said(turns: TurnQueue): string[] {
  return turns.takeAnswers().map(({ runId, answer }) => {
    const more =
      answer.kind === 'refused' ? ` ${answer.reason}` : answer.kind === 'queued' ? ` ${answer.position}` : '';
    return `${runId.slice(4)}: ${answer.kind}${more}`;
  });
}

const story = (turns: TurnQueue) => turns.state.recent.map(({ text }) => text);

describe('what people read of a guard', () => {
  it('is who had the turn and how it ended', () => {
    const turns = newTurns();
    turns.request(request('a'), T0);
    turns.request(request('a', run('a', '2')), T0);
    turns.gone(run('a', '2'), T0);
    turns.request(request('b'), T0);
    turns.release({ ...run('b'), changed: false }, T0);
    expect(story(turns)).toEqual([
      'incident/a/h1 has the turn, token 4',
      'incident/a/h1 began anew',
      'incident/a/h1 has the turn, token 5',
      'incident/a/h1 is over without having said so',
      'incident/b/h1 has the turn, token 6',
      'incident/b/h1 gave its turn back',
    ]);
  });

  it('is who paused it, who was refused, and how the pauses ended', () => {
    const turns = newTurns();
    turns.hold.pause(asPause, T0);
    turns.hold.pause({ ...asPause, by: 'bela', forMs: 2 * HOUR }, T0);
    turns.request(request('a'), T0);
    turns.hold.resume({ by: 'anna', reason: 'moved' }, T0);
    turns.hold.resume({ by: 'bela' }, T0);
    expect(story(turns)).toEqual([
      'anna paused all changes until 2026-11-23T04:00:00.000Z: moving',
      'bela paused all changes until 2026-11-23T05:00:00.000Z: moving',
      'incident/a/h1 was refused: changes on h1 are paused by anna and bela until 2026-11-23T05:00:00.000Z: moving; moving',
      'The pause of anna is over (anna: moved); paused by bela until 2026-11-23T05:00:00.000Z',
      'Changes may go on (bela)',
    ]);
  });

  it('is what the host could not say, and what was not taken', () => {
    const turns = new TurnQueue('h1', T0);
    turns.hostCannotSay('it is too old', T0);
    turns.notTaken('a signal "pause"', T0);
    expect(story(turns)).toEqual([
      'The host could not say what it knows: it is too old',
      'Not taken: a signal "pause"',
    ]);
  });
});

describe('the order of turns', () => {
  const other = { runbook: 'pipelineFailures' };

  it('has what is critical before what is not, though it is younger and nothing is down', () => {
    const turns = newTurns();
    turns.request(request('first'), T0);
    turns.request(request('warning', { ...other, severity: 'warning', startsAt: '2026-11-23T01:00:00.000Z' }), T0);
    turns.request(request('critical', other), T0);
    expect(turns.view(T0).queue.map(({ incidentId }) => incidentId)).toEqual(
      [run('critical'), run('warning')].map((one) => one.incidentId),
    );
  });

  it('is by name where all else is the same', () => {
    const turns = newTurns();
    for (const name of ['first', 'c', 'b', 'd']) turns.request(request(name), T0);
    expect(turns.state.queue.map(({ runId }) => runId)).toEqual(['run-b', 'run-c', 'run-d']);
  });
});

it('a place is told once, not with everything that happens', () => {
  const turns = newTurns();
  for (const name of ['a', 'b', 'c', 'd']) turns.request(request(name), T0);
  expect(said(turns)).toEqual(['a: granted', 'b: queued 1', 'c: queued 2', 'd: queued 3']);
  expect(turns.hasAnswers).toBe(false);
});

it('who asks again in a pause hears of that too', () => {
  const turns = newTurns();
  turns.request(request('a'), T0);
  turns.hold.pause(asPause, T0);
  said(turns);
  turns.request(request('a'), T0);
  expect(said(turns)).toEqual(['a: granted', 'a: paused']);
});

it('what was true when a run asked may not be so when its turn comes: it is refused then', () => {
  const turns = newTurns();
  turns.request(request('a'), T0);
  turns.request(request('b'), T0);
  for (const name of ['x', 'y', 'z']) turns.noteChange({ ...run(name), token: 1, restart: null, what: 'x' }, T0);
  said(turns);
  turns.release({ ...run('a'), changed: false }, T0);
  expect(said(turns)).toEqual(['b: refused flapping']);
  expect(turns.view(T0).changes.map(({ incidentId }) => incidentId)).toEqual(
    ['x', 'y', 'z'].map((name) => run(name).incidentId),
  );
});

describe('a run that is over', () => {
  it('leaves the queue and what it was refused to the run that took its place', () => {
    const turns = newTurns();
    turns.request(request('a'), T0);
    turns.request(request('b'), T0);
    turns.request(request('b', run('b', '2')), T0);
    expect(turns.state.queue.map(({ runId }) => runId)).toEqual(['run-b2']);
    turns.hold.pause(asPause, T0);
    turns.request(request('b', run('b', '3')), T0);
    expect(turns.state.refused.map(({ runId }) => runId)).toEqual(['run-b3']);
  });

  it('is told nothing any more', () => {
    const turns = newTurns();
    turns.request(request('a'), T0);
    turns.request(request('b'), T0);
    turns.gone(run('b'), T0);
    expect(said(turns)).toEqual(['a: granted']);
  });
});

describe('a guard stays', () => {
  const isThere = (turns: TurnQueue, at: number) => !turns.isForgotten(at);

  it('while somebody has the turn, waits for it, or paused the host', () => {
    const [held, waiting, paused] = [newTurns(), new TurnQueue('h1', T0), newTurns()];
    held.request(request('a'), T0);
    waiting.request(request('a'), T0);
    paused.hold.pause({ ...asPause, forMs: 48 * HOUR }, T0);
    paused.hold.known.kept({ revision: paused.state.host.revision, pauses: [] });
    expect([held, waiting, paused].map((turns) => isThere(turns, T0 + 47 * HOUR))).toEqual([true, true, true]);
  });

  it('ten minutes after the last who wanted something', () => {
    const turns = newTurns();
    turns.request(request('a'), T0 + HOUR);
    turns.gone(run('a'), T0 + HOUR);
    expect([isThere(turns, T0 + HOUR + LINGER - 1), isThere(turns, T0 + HOUR + LINGER)]).toEqual([true, false]);
    turns.release({ ...run('a'), changed: false }, T0 + 2 * HOUR);
    expect([isThere(turns, T0 + 2 * HOUR + LINGER - 1), isThere(turns, T0 + 2 * HOUR + LINGER)]).toEqual([true, false]);
  });

  it('and drops by and by what counts no more', () => {
    const turns = newTurns();
    turns.noteChange({ ...run('a'), token: 1, restart: 'redis', what: 'x' }, T0);
    turns.tick(T0 + HOUR);
    expect(turns.state.memory.restarts).toEqual([]);
  });
});
