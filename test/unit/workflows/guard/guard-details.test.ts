import type { GuardView } from '../../../../src/shared/safety/guard';
import { renderGuard } from '../../../../src/workflows/guard/guard-details';

const VIEW: GuardView = {
  host: 'h1',
  pauses: [],
  holder: null,
  queue: [],
  lastToken: 7,
  restarts: {},
  recentIncidents: 0,
  changes: [],
};
const PAST = `restarts within the last hour: none  
incidents that changed something, within the flap window: 0  
to pause h1: \`halcyon pause --host h1 --for 2h --reason "…"\``;

const waiting = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    incidentId: `incident/${index + 1}/h1`,
    severity: 'critical',
    startsAt: '2026-11-23T03:00:00.000Z',
  }));

it('a guard of which nobody wants anything says so in few lines', () => {
  expect(renderGuard(VIEW, { recent: [] })).toBe(`**nobody changes h1**\n\n${PAST}`);
});

it('shows who has the turn, who waits, what was restarted, and what happened last, the newest first', () => {
  const view: GuardView = {
    ...VIEW,
    holder: { incidentId: 'incident/A/h1', runId: 'run-1', token: 7, since: '2026-11-23T03:00:12.345Z' },
    queue: waiting(1),
    restarts: { kingfisher: 2, redis: 1 },
    recentIncidents: 2,
  };
  const recent = ['first', 'second'].map((text, index) => ({
    at: Date.parse('2026-11-23T03:00:00Z') + index * 1_000,
    text,
  }));
  const [turn, queue, past, lately] = renderGuard(view, { recent })
    .split('\n\n**')
    .join('\n\n**')
    .split(/\n\n(?=\*\*|re)/);
  expect(turn).toBe('**incident/A/h1** has the turn since 2026-11-23 03:00:12 UTC, token 7');
  expect(queue).toBe('**Waiting**\n\n1. incident/1/h1 (critical)');
  expect(past).toContain('restarts within the last hour: kingfisher 2, redis 1  \n');
  expect(past).toContain('within the flap window: 2');
  expect(lately).toBe('**Lately** (UTC)\n\n- 03:00:01 second\n- 03:00:00 first');
});

it('lists twenty of those who wait, and counts the others', () => {
  const lines = (count: number) => renderGuard({ ...VIEW, queue: waiting(count) }, { recent: [] }).split('\n');
  expect(lines(20).filter((line) => line.startsWith('1. '))).toHaveLength(20);
  expect(lines(20).join()).not.toContain('more');
  expect(lines(22).filter((line) => line.startsWith('1. '))).toHaveLength(20);
  expect(lines(22)).toContain('and 2 more');
});

it('names each pause with its end, and how to end it in place of how to pause', () => {
  const pauses = ['anna', 'bela'].map((by) => ({
    by,
    reason: 'moving',
    since: '2026-11-23T03:00:00.000Z',
    until: '2026-11-23T04:00:00.000Z',
  }));
  const text = renderGuard({ ...VIEW, pauses }, { recent: [] });
  expect(text).toContain('**PAUSED** by anna until 2026-11-23 04:00:00 UTC: moving  \n**PAUSED** by bela');
  expect(text).toMatch(/to end yours: `[^`]*h1`; to end all: `[^`]*h1 --all`\n\n\*\*nobody changes h1\*\*/);
  expect(text).not.toContain('to pause h1');
});
