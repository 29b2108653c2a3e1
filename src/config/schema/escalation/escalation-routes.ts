import { z } from 'zod';
import { isMapping, valueAt } from '../../load/values';
import { section, someText, textWhere } from '../nouns';
import { tiers } from './tiers';

const values = z.preprocess(
  (written) => (typeof written === 'string' ? [written] : written),
  z
    .array(someText('a value, in which "*" stands for any text'), { error: 'expected a value or a list of values' })
    .min(1, { error: 'expected a value or a list of values' }),
);

const match = section({
  severity: values.optional(),
  team: values.optional(),
  alertname: values.optional(),
}).refine((written) => Object.keys(written).length > 0, {
  error: 'expected severity, team or alertname',
  // A label with a typing mistake is said as such.
  when: ({ value, issues }) => isMapping(value) && issues.length === 0,
});

const moment = textWhere('a date or time in UTC such as "2026-12-01" or "2026-12-01T09:00Z"', isMoment);

const REACHES = ['tiers', 'channelOnly', 'none'] as const;
const URGENCIES = ['high', 'low'] as const;

/** One of `escalation.routes`. */
const route = section({
  match,
  notify: z.enum(REACHES, { error: `expected ${REACHES.join(', ')}` }).default('tiers'),
  urgency: z.enum(URGENCIES, { error: `expected ${URGENCIES.join(' or ')}` }).default('high'),
  tiers: tiers.nullable().default(null),
  quietUntil: moment.nullable().default(null),
  reason: someText('why it is quiet').nullable().default(null),
}).superRefine(checkRoute, { when: ({ value }) => isMapping(value) });

/** `escalation.routes`: which alerts call whom; the first that matches wins. */
export const escalationRoutes = z.array(route).prefault([
  { match: { severity: 'none' }, notify: 'none' },
  { match: { alertname: 'Watchdog' }, notify: 'none' },
  { match: { severity: 'info' }, notify: 'channelOnly' },
  { match: { severity: 'warning' }, urgency: 'low' },
]);

/** Keys that would say nothing beside others are a mistake, and not to be passed over. */
function checkRoute(written: unknown, context: z.core.$RefinementCtx): void {
  const [notify, urgency, own, quiet, reason] = ['notify', 'urgency', 'tiers', 'quietUntil', 'reason'].map((key) =>
    valueAt(written, [key]),
  );
  const issue = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
  if (quiet !== null && reason === null) issue('reason', 'say why it is quiet');
  if (quiet === null && reason !== null) issue('reason', 'goes with quietUntil');
  if (quiet !== null && (notify !== 'tiers' || urgency !== 'high' || own !== null)) {
    issue('quietUntil', 'stands by itself: what comes after that date is for another route to say');
  }
  if (notify !== 'tiers' && own !== null) issue('tiers', `are not called with notify: ${String(notify)}`);
}

/** The calendar is asked too: there is no 30 February. */
function isMoment(text: string): boolean {
  const [, date, time] = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\dZ)?$/.exec(text) ?? [];
  if (date === undefined) return false;
  const ms = Date.parse(text);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(time === undefined ? date : text.slice(0, 16));
}
