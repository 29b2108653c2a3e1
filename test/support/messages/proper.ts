import type { LeaseRequest } from '../../../src/shared/safety/lease';
import type { GuardPolicy } from '../../../src/shared/safety/guard';
import { PLAN } from '../escalations';
import { alert } from '../incidents';

/** Messages as they should be, by the name of their signal or update: what mutations begin with. */
export type Proper = Record<string, () => unknown>;

const POLICY: GuardPolicy = {
  restartsPerHour: 5,
  flapping: { incidents: 3, withinMs: 3_600_000 },
  remindEveryMs: 3_600_000,
};
const RUN = { incidentId: 'incident/Nobody/h1', runId: '0192b1a2-0000-7000-8000-000000000001' };
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const now = () => new Date().toISOString();

const turn = () => ({ kind: 'granted', token: 7, restartsLeft: { kingfisher: 3 } });

export const OF_INCIDENT: Proper = {
  alert: () => [alert(), alert({ fingerprint: 'ffff', status: 'resolved' })],
  turn,
  escalated: () => ({
    kind: 'paged',
    firing: 'r/1',
    tier: 1,
    teamName: 'Platform',
    pages: [
      {
        at: now(),
        tier: 1,
        team: 'platform',
        teamName: 'Platform',
        channel: 'slack',
        delivered: true,
        detail: '',
        collapsed: false,
      },
    ],
  }),
  leaseChanged: () => ({
    id: 'x',
    host: 'h1',
    setting: 'openai.max_qps',
    state: 'active',
    previous: 8,
    changed: true,
    why: '',
  }),
  acknowledge: () => ({ as: 'anna', for: '30m' }),
  approve: () => ({ as: 'anna', hash: '0123abcd', note: 'go on', inAdvance: true }),
  reject: () => ({ as: 'boris', hash: '0123abcd', note: 'no' }),
  close: () => ({ as: 'anna', reason: 'it is over' }),
  moveOn: () => undefined,
};

export const OF_ESCALATION: Proper = {
  escalateNow: () => ({ reason: 'now' }),
  helpless: () => ({ reason: 'nothing is left' }),
  routed: () => ({ severity: 'critical', plan: PLAN }),
  acknowledged: () => ({ as: 'anna', until: inAnHour() }),
  asked: () => ({
    hash: '0123abcd',
    subject: { risk: 'change', host: 'h1', cite: 'A.1', title: 'Restart', arguments: { a: 1 }, precondition: 'down' },
    state: 'asked',
    askedAt: now(),
    expiresAt: inAnHour(),
    roles: ['oncall'],
    people: ['anna'],
    answeredBy: null,
    answeredAt: null,
    note: '',
  }),
  note: () => ({ text: 'a line', endsQuestion: true, team: 'platform' }),
  standing: () => ({ host: 'well', text: '' }),
  closed: () => ({ outcome: 'healed', summary: 'done', facts: [{ name: 'Cause', lines: ['a'], commands: ['ls'] }] }),
  moveOn: () => undefined,
};

export const OF_GUARD: Proper = {
  requestTurn: () => ({
    ...RUN,
    runbook: 'serviceDown',
    severity: 'critical',
    startsAt: now(),
    startedBy: null,
    policy: POLICY,
  }),
  releaseTurn: () => ({ ...RUN, changed: true }),
  noteChange: () => ({ ...RUN, token: 1, restart: 'kingfisher', what: 'restart' }),
  pause: () => ({ by: 'anna', reason: 'deploy', for: '2h' }),
  resume: () => ({ by: 'anna', all: true }),
  moveOn: () => undefined,
};

export const OF_CHECKLIST: Proper = {
  finishItem: () => ({ item: 'G.8', by: 'anna', note: 'done' }),
  assignItem: () => ({ item: 'certificate', to: 'boris', by: 'anna', due: inAnHour() }),
  skipItem: () => ({ item: 'queue', by: 'anna', reason: 'a drill' }),
  moveOn: () => undefined,
};

/** For the lease of this setting on this host. */
export function ofLease(host: string, setting: string): Proper {
  const wish = (): LeaseRequest => ({
    id: 'wish',
    host,
    setting,
    value: 4,
    owner: 'anna',
    reason: 'slow',
    until: inAnHour(),
    turn: { guard: POLICY },
    escalation: PLAN,
  });
  return {
    requestLease: wish,
    release: () => ({ by: 'anna', reason: 'over' }),
    releaseLease: () => ({ by: 'anna', reason: 'over' }),
    extend: () => ({ by: 'anna', for: '1h', reason: 'longer' }),
    abandon: () => ({ by: 'anna', reason: 'h1 was rebuilt' }),
    turn,
    moveOn: () => undefined,
  };
}
