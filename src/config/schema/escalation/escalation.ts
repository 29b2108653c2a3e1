import { z } from 'zod';
import { durationText } from '../../print/duration-text';
import { dutyFaults, parseTimeOfDay } from '../../../shared/paging/duty';
import type { DutyStretch } from '../../../shared/paging/duty';
import { isMapping, valueAt } from '../../load/values';
import { duration, section, someText, textWhere } from '../nouns';
import { escalationRoutes } from './escalation-routes';
import { runbookName } from '../runbooks';
import { tiers } from './tiers';

/** Words of `notify` that are not team keys. */
const ROLES = ['onDuty', 'other'];

const team = section({
  name: someText(),
  slackChannel: textWhere('a Slack channel such as "#platform-alerts"', (text) => /^#[^\s#]+$/.test(text))
    .nullable()
    .default(null),
  pagerdutyService: someText('the name of a PagerDuty service').nullable().default(null),
}).refine((value) => value.slackChannel !== null || value.pagerdutyService !== null, {
  error: 'cannot be reached: set slackChannel or pagerdutyService',
});

const teamKey = textWhere(
  `a team key of letters, digits, "_" and "-" other than ${ROLES.join(' and ')}`,
  (text) => /^[A-Za-z][A-Za-z0-9_-]*$/.test(text) && !ROLES.includes(text),
);

const timeOfDay = textWhere('a time of day in UTC such as "08:00"', (text) => parseTimeOfDay(text) !== undefined);

const duty = z
  .array(section({ team: someText('a team key'), from: timeOfDay, to: timeOfDay }))
  .superRefine(checkDuty, { when: ({ value }) => Array.isArray(value) });

const HELPLESS = ['auto', 'now', 'onTime'] as const;

/** `escalation:` who is paged when. Defaults are the matrix of the runbook document. */
export const escalation = section({
  teams: z.record(teamKey, team).prefault({
    tradingAi: { name: 'Trading AI', slackChannel: '#trading-ai-alerts', pagerdutyService: 'trading-ai-primary' },
    platform: { name: 'Platform', slackChannel: '#platform-alerts', pagerdutyService: 'platform-secondary' },
    engineeringManager: { name: 'Engineering manager', pagerdutyService: 'engineering-manager' },
    // No tier: told of attacks.
    security: { name: 'Security', slackChannel: '#security' },
  }),
  duty: duty.prefault([
    { team: 'tradingAi', from: '08:00', to: '22:00' },
    { team: 'platform', from: '22:00', to: '08:00' },
  ]),
  tiers: tiers.prefault([
    { after: '15m', notify: 'onDuty' },
    { after: '30m', notify: 'other' },
    { after: '1h', notify: 'engineeringManager' },
  ]),
  onHelpless: z.enum(HELPLESS, { error: `expected ${HELPLESS.join(', ')}` }).default('auto'),
  lateGrace: duration({ min: '0s', max: '1h' }).prefault('2m'),
  lateSpacing: duration({ min: '0s', max: '1h' }).prefault('5m'),
  routes: escalationRoutes,
  holdAfterAck: duration({ min: '1m', max: '1d' }).prefault('30m'),
  firstTierAfter: z.partialRecord(runbookName, duration({ min: '0s' })).prefault({ serviceDown: '10m' }),
})
  // These look at keys together, so they run even when a part is wrong: all problems are reported at once.
  .superRefine(checkTogether, { when: ({ value }) => isMapping(value) })
  .transform(({ tiers: matrix, routes, firstTierAfter, holdAfterAck, lateGrace, lateSpacing, ...rest }) => ({
    ...rest,
    holdAfterAckMs: holdAfterAck,
    lateGraceMs: lateGrace,
    lateSpacingMs: lateSpacing,
    tiers: inMs(matrix),
    routes: routes.map((route) => ({ ...route, tiers: route.tiers === null ? null : inMs(route.tiers) })),
    firstTierAfterMs: firstTierAfter,
  }));

function inMs(written: { after: number; notify: string }[]): { afterMs: number; notify: string }[] {
  return written.map(({ after, notify }) => ({ afterMs: after, notify }));
}

/** Hours can only be counted when every time of day can be read. */
function checkDuty(written: unknown[], context: z.core.$RefinementCtx): void {
  const stretches = written.filter(isDutyStretch);
  if (stretches.length < written.length) return;
  const { uncovered, doubled } = dutyFaults(stretches);
  for (const hours of uncovered) context.addIssue({ code: 'custom', message: `nobody is on duty ${hours} UTC` });
  for (const hours of doubled) {
    context.addIssue({ code: 'custom', message: `more than one team is on duty ${hours} UTC` });
  }
}

function isDutyStretch(value: unknown): value is DutyStretch {
  return ['from', 'to'].every((key) => parseTimeOfDay(String(valueAt(value, [key]))) !== undefined);
}

/** The value may be wrong in part: every piece is looked at before it is used. */
function checkTogether(value: unknown, context: z.core.$RefinementCtx): void {
  checkTeamsExist(value, context);
  checkOtherIsClear(value, context);
  checkFirstTier(value, context);
}

function checkTeamsExist(value: unknown, context: z.core.$RefinementCtx): void {
  const teams = valueAt(value, ['teams']);
  if (!isMapping(teams)) return;
  const known = Object.keys(teams);
  const expect = (path: PropertyKey[], roles: string[]) => {
    const key = valueAt(value, path);
    if (typeof key !== 'string' || key === '' || [...roles, ...known].includes(key)) return;
    context.addIssue({
      code: 'custom',
      path,
      message: `expected one of ${[...roles, ...known].join(', ')}`,
    });
  };
  for (const index of indices(value, ['duty'])) expect(['duty', index, 'team'], []);
  for (const path of tierPaths(value)) expect([...path, 'notify'], ROLES);
}

function checkOtherIsClear(value: unknown, context: z.core.$RefinementCtx): void {
  const teams = new Set(indices(value, ['duty']).map((index) => valueAt(value, ['duty', index, 'team'])));
  if (teams.size === 2) return;
  for (const path of tierPaths(value)) {
    if (valueAt(value, [...path, 'notify']) !== 'other') continue;
    const message = `"other" needs exactly two teams in escalation.duty, which has ${teams.size}; name a team instead`;
    context.addIssue({ code: 'custom', path: [...path, 'notify'], message });
  }
}

/** Where tiers stand: the matrix, and those of routes. */
function tierPaths(value: unknown): PropertyKey[][] {
  const lists: PropertyKey[][] = [['tiers'], ...indices(value, ['routes']).map((index) => ['routes', index, 'tiers'])];
  return lists.flatMap((list) => indices(value, list).map((index) => [...list, index]));
}

function checkFirstTier(value: unknown, context: z.core.$RefinementCtx): void {
  const second = valueAt(value, ['tiers', 1, 'after']);
  const own = valueAt(value, ['firstTierAfter']);
  if (typeof second !== 'number' || !isMapping(own)) return;
  for (const [runbook, after] of Object.entries(own)) {
    if (typeof after !== 'number' || after < second) continue;
    const message = `must be earlier than the second tier (${durationText(second)})`;
    context.addIssue({ code: 'custom', path: ['firstTierAfter', runbook], message });
  }
}

function indices(value: unknown, path: PropertyKey[]): number[] {
  const list = valueAt(value, path);
  return Array.isArray(list) ? [...list.keys()] : [];
}
