import type { EscalationView, Page } from '../../../../src/shared/paging/escalation';
import { renderEscalation } from '../../../../src/workflows/escalation/escalation-details';
import { subject } from '../../../support/escalations';

const about = { ...subject(Date.parse('2026-11-23T03:00:00Z')), host: 'h1' };
const VIEW: EscalationView = {
  subject: about,
  route: '',
  pages: [],
  acknowledged: null,
  stillSince: null,
  next: { tier: 1, at: '2026-11-23T03:15:00.000Z', notify: 'onDuty' },
  notTaken: [],
  closed: null,
};
const HEAD = 'KingfisherServiceDown on host h1, since 2026-11-23 03:00:00 UTC';

/** Its paragraphs. */
const shown = (more: Partial<EscalationView>) => renderEscalation({ ...VIEW, ...more }).split('\n\n');

function page(more: Partial<Page>): Page {
  const at = '2026-11-23T03:15:01.000Z';
  const to = { team: 'platform', teamName: 'Platform', channel: 'slack', detail: '#platform' } as const;
  return { at, tier: 1, ...to, delivered: true, collapsed: false, ...more };
}

it('shows an open clock: who comes next, and when', () => {
  expect(shown({})).toEqual([
    `**open** — ${HEAD}`,
    '**Next**: tier 1 (onDuty) at 2026-11-23 03:15:00 UTC',
    'Nobody was paged.',
  ]);
});

it('shows who has it, what differs from the matrix, and what was not taken', () => {
  const acknowledged = { as: 'anna', at: '2026-11-23T03:20:00Z', until: '2026-11-23T03:50:00Z' };
  const parts = shown({ acknowledged, route: 'a warning', next: null, notTaken: ['a cancellation', 'nonsense'] });
  expect(parts.slice(1)).toEqual([
    'a warning',
    '**Acknowledged** by anna at 2026-11-23 03:20:00 UTC: holds further tiers until 2026-11-23 03:50:00 UTC',
    'No tier is left.',
    'Nobody was paged.',
    '**Could not be taken**',
    '- a cancellation\n- nonsense',
  ]);
});

it('shows who was paged, who was not reached, and what was late', () => {
  const failed = page({ channel: 'pagerduty', delivered: false, detail: 'wrong key', collapsed: true });
  expect(shown({ pages: [page({}), failed] }).slice(2)).toEqual([
    '**Paged** (UTC)',
    '- 2026-11-23 03:15:01 UTC tier 1 to Platform, Slack — delivered to #platform\n' +
      '- 2026-11-23 03:15:01 UTC tier 1 to Platform, PagerDuty (caught up) — **not delivered**: wrong key',
  ]);
});

it('shows that it stands still for a host that is well', () => {
  expect(shown({ next: null, stillSince: '2026-11-23T03:05:00Z' })[1]).toBe(
    'The host is well since 2026-11-23 03:05:00 UTC: the clock stands still.',
  );
});

it.each<[NonNullable<EscalationView['closed']>, string]>([
  ['healed', 'closed, healed'],
  ['gone', 'over: its incident is gone'],
])('shows the end of one that is %s, and that nothing follows', (closed, words) => {
  expect(shown({ closed, next: null })).toEqual([`**${words}** — ${HEAD}`, 'Nobody was paged.']);
});
