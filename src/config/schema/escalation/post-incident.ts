import { z } from 'zod';
import { isMapping, valueAt } from '../../load/values';
import { duration, section, someText, wholeNumber } from '../nouns';

const OUTCOMES = ['healed', 'selfHealed', 'resolvedByPeople', 'degraded', 'unresolved'] as const;

const severities = z.array(someText('a severity'), { error: 'expected a list of severities' });

/** `postIncident:` what is left for people once an incident is over. */
export const postIncident = section({
  enabled: z.boolean({ error: 'expected true or false' }).default(true),
  // Who has to do it, and hears of it: a key of escalation.teams.
  team: someText('a team key, or "onDuty"').default('onDuty'),
  short: section({
    within: duration({ min: '0s', max: '7d' }).prefault('10m'),
    outcomes: z
      .array(z.enum(OUTCOMES, { error: `expected one of ${OUTCOMES.join(', ')}` }), {
        error: 'expected a list of outcomes',
      })
      .default(['healed', 'selfHealed']),
    except: severities.default([]),
  })
    .transform(({ within, ...rest }) => ({ ...rest, withinMs: within }))
    .prefault({}),
  meeting: section({ severities: severities.default(['critical']) }).prefault({}),
  recurrence: section({
    within: duration({ min: '1d', max: '366d' }).prefault('30d'),
    bound: wholeNumber(2, 1_000).default(5),
  })
    .transform(({ within, ...rest }) => ({ ...rest, withinMs: within }))
    .prefault({}),
  dueIn: duration({ min: '1m', max: '366d' }).prefault('7d'),
  remindEvery: duration({ min: '1h', max: '30d' }).prefault('1d'),
}).transform(({ dueIn, remindEvery, ...rest }) => ({ ...rest, dueInMs: dueIn, remindEveryMs: remindEvery }));

/** A team that is not there would never hear of it. */
export function checkPostIncidentTeam(value: unknown, context: z.core.$RefinementCtx): void {
  const team = valueAt(value, ['postIncident', 'team']);
  const teams = valueAt(value, ['escalation', 'teams']);
  if (typeof team !== 'string' || team === 'onDuty' || !isMapping(teams) || Object.hasOwn(teams, team)) return;
  const message = `expected "onDuty", or one of ${Object.keys(teams).join(', ')}`;
  context.addIssue({ code: 'custom', path: ['postIncident', 'team'], message });
}
