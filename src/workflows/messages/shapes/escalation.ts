import type { DutyStretch } from '../../../shared/paging/duty';
import { parseTimeOfDay } from '../../../shared/paging/duty';
import type {
  EscalationEvent,
  EscalationNote,
  EscalationPlan,
  Fact,
  Page,
  PagedTeam,
  StandingNote,
  Tier,
} from '../../../shared/paging/escalation';
import type { Outcome } from '../../../shared/incident';
import { byKind, list, malformed, nullable, object, oneOf, optional, record } from '../../../shared/shape/shape';
import type { Shape } from '../../../shared/shape/shape';
import { flag, name, text, time, trueOnly, whole, words } from '../../../shared/shape/values';

const YEAR_MS = 366 * 86_400_000;
const someTime = whole(0, YEAR_MS);

const timeOfDay: Shape<string> = (value, place) => {
  if (typeof value === 'string' && parseTimeOfDay(value) !== undefined) return value;
  throw malformed(place, 'a time of day such as "08:00"', value);
};

const team = object<PagedTeam>({ name: text, slackChannel: nullable(text), pagerdutyService: nullable(text) });

const tier = object<Tier>({ afterMs: someTime, notify: name, senior: optional(flag) });

export const escalationPlan = object<EscalationPlan>({
  teams: record(team, 200),
  duty: list(object<DutyStretch>({ team: name, from: timeOfDay, to: timeOfDay }), 200),
  tiers: list(tier, 50),
  holdMs: someTime,
  lateGraceMs: someTime,
  lateSpacingMs: someTime,
  notify: oneOf('tiers', 'channelOnly', 'none'),
  urgency: oneOf('high', 'low'),
  onHelpless: oneOf('now', 'onTime'),
  quiet: nullable(object<NonNullable<EscalationPlan['quiet']>>({ until: time, reason: text })),
});

const page = object<Page>({
  at: time,
  tier: whole(0, 1_000),
  team: text,
  teamName: text,
  channel: oneOf('slack', 'pagerduty'),
  delivered: flag,
  detail: text,
  collapsed: flag,
});

/** First run of the incident that is meant. */
const firing = { firing: text };

export const escalationEvent = byKind<EscalationEvent>({
  paged: { ...firing, tier: whole(0, 1_000), teamName: text, pages: list(page, 200) },
  acknowledged: { ...firing, as: words, until: time },
  lapsed: { ...firing, as: words },
  notCancelled: firing,
});

export const escalationNote = object<EscalationNote>({ text, endsQuestion: trueOnly, team: optional(name) });

export const standingNote = object<StandingNote>({ host: oneOf('down', 'well', 'notDue', 'contradicted'), text });

export const outcome = oneOf<Outcome>('healed', 'selfHealed', 'resolvedByPeople', 'degraded', 'unresolved', 'planned');

const fact = object<Fact>({ name: text, lines: list(text, 500), commands: optional(list(text, 100)) });

export const closedNote = object<{ outcome: Outcome; summary: string; facts?: Fact[] }>({
  outcome,
  summary: text,
  facts: optional(list(fact, 100)),
});
