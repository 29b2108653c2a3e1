import type { IncidentLease } from '../../../../src/shared/incident';
import { withLease } from '../../../../src/workflows/incident/record/kept-leases';

const lease = (nth: number, state: IncidentLease['state']): IncidentLease => ({
  setting: `blockedAddress[203.0.113.${nth}]`,
  value: 'blocked',
  previous: 'unblocked',
  until: '2026-11-23T04:00:00.000Z',
  state,
  reason: 'attack',
  detail: '',
  at: '2026-11-23T03:00:00.000Z',
});
const keep = (all: IncidentLease[]) => all.reduce<IncidentLease[]>(withLease, []);

it('a lease stands in place of an older one of its setting', () => {
  expect(keep([lease(1, 'active'), lease(2, 'active'), lease(1, 'released')])).toEqual([
    lease(2, 'active'),
    lease(1, 'released'),
  ]);
});

it('all that are to be given back are known, however many', () => {
  const held = Array.from({ length: 40 }, (_, nth) => lease(nth, nth % 2 === 0 ? 'active' : 'overtaken'));
  expect(keep(held)).toEqual(held);
});

it('of those that are over the oldest are forgotten', () => {
  const over = Array.from({ length: 40 }, (_, nth) => lease(nth, 'undone'));
  expect(keep([lease(100, 'active'), ...over])).toEqual([lease(100, 'active'), ...over.slice(-19)]);
});
