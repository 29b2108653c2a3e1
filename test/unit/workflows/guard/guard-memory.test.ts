import { GuardMemory } from '../../../../src/workflows/guard/guard-memory';

const T0 = Date.parse('2026-11-23T03:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const POLICY = { restartsPerHour: 3, flapping: { incidents: 3, withinMs: HOUR / 2 }, remindEveryMs: HOUR };

let memory: GuardMemory;
beforeEach(() => (memory = new GuardMemory()));

it('two runs of one incident that changed something count as two, and one that changes twice as one', () => {
  memory.noteChanged('incident/A/h1', 'run-1', T0);
  memory.noteChanged('incident/A/h1', 'run-2', T0 + 1_000);
  memory.noteChanged('incident/A/h1', 'run-2', T0 + 2_000);
  expect(memory.recent(POLICY, T0 + 2_000).map(({ runId }) => runId)).toEqual(['run-1', 'run-2']);
});

it('tells what was changed within a day, by whom and when, the newest thirty of it', () => {
  for (let n = 0; n <= 30; n++) memory.noteWhat('incident/A/h1', 'run-1', `change ${n}`, T0 + n);
  const changes = memory.changes(T0 + HOUR);
  expect(changes).toHaveLength(30);
  expect(changes.at(-1)).toEqual({
    incidentId: 'incident/A/h1',
    runId: 'run-1',
    what: 'change 30',
    at: new Date(T0 + 30).toISOString(),
  });
  expect(memory.changes(T0 + 30 + DAY)).toEqual([]);
});

it('drops what counts no more: restarts after an hour, all else after a day', () => {
  memory.noteRestart('redis', T0);
  memory.noteChanged('incident/A/h1', 'run-1', T0);
  memory.noteWhat('incident/A/h1', 'run-1', 'Restart Redis', T0);
  expect(memory.emptyAt()).toBe(T0 + DAY);
  memory.forget(T0 + HOUR - 1);
  expect(memory.state.restarts).toHaveLength(1);
  memory.forget(T0 + HOUR);
  expect(memory.state).toMatchObject({ restarts: [], changed: [{ runId: 'run-1' }], notes: [{ runId: 'run-1' }] });
  memory.forget(T0 + DAY);
  expect(memory.state).toEqual({ restarts: [], changed: [], notes: [] });
  expect(memory.emptyAt()).toBe(0);
});

it('knows nothing more of a restart when the hour is over to the millisecond', () => {
  memory.noteRestart('redis', T0);
  expect(memory.restarts(T0 + HOUR - 1)).toEqual({ redis: 1 });
  expect(memory.restarts(T0 + HOUR)).toEqual({});
});

it('stays a day for what a person changed: whoever sees later that the host is well asks for it', () => {
  memory.noteWhat('incident/A/h1', 'run-1', 'Restart Redis', T0);
  expect(memory.emptyAt()).toBe(T0 + DAY);
});
