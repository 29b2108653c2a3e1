import { z } from 'zod';
import { isMapping, valueAt } from '../../load/values';
import { duration, hostName, section, someText, textWhere } from '../nouns';

const FIELD = /^[0-9A-Za-z*,/?-]+$/;

const cron = textWhere('a schedule in UTC such as "0 3 * * 0": minute, hour, day, month, weekday', (text) => {
  const fields = text.trim().split(/\s+/);
  return fields.length === 5 && fields.every((field) => FIELD.test(field));
});

/** When a kind of maintenance runs, on which hosts, and who hears of it. */
function schedule(usual: { cron: string; window: string }) {
  return section({
    cron: cron.default(usual.cron),
    // Begun this late at the most; and nothing new is begun, or waited for, afterwards.
    window: duration({ min: '1m', max: '6d' }).prefault(usual.window),
    // Where null: all of hosts.
    hosts: z.array(hostName()).nullable().default(null),
    // A key of escalation.teams.
    team: someText('a team key, or "onDuty"').default('onDuty'),
  }).transform(({ window, ...rest }) => ({ ...rest, windowMs: window }));
}

/** `schedules:` of routine maintenance. One that is not written does not run. */
export const schedules = section({
  weekly: schedule({ cron: '0 3 * * 0', window: '6h' }).optional(),
  // The first Sunday: Temporal takes a day for due only where month, day of the month and weekday all hold.
  monthly: schedule({ cron: '0 4 1-7 * 0', window: '6h' }).optional(),
});

const ON_DUTY = 'onDuty';

/** A schedule for a host or a team that is not there would never run, or tell nobody. */
export function checkSchedules(value: unknown, context: z.core.$RefinementCtx): void {
  const written = valueAt(value, ['schedules']);
  const hosts = Object.keys(mappingAt(value, ['hosts']));
  const teams = [ON_DUTY, ...Object.keys(mappingAt(value, ['escalation', 'teams']))];
  for (const name of isMapping(written) ? Object.keys(written) : []) {
    const [named, team] = [valueAt(written, [name, 'hosts']), valueAt(written, [name, 'team'])];
    for (const [index, host] of (Array.isArray(named) ? named : []).entries()) {
      if (typeof host !== 'string' || hosts.includes(host)) continue;
      const message = `expected a host under hosts (${hosts.join(', ') || 'none'})`;
      context.addIssue({ code: 'custom', path: ['schedules', name, 'hosts', index], message });
    }
    if (typeof team !== 'string' || teams.length === 1 || teams.includes(team)) continue;
    const message = `expected one of ${teams.join(', ')}`;
    context.addIssue({ code: 'custom', path: ['schedules', name, 'team'], message });
  }
}

function mappingAt(value: unknown, path: PropertyKey[]): Record<string, unknown> {
  const found = valueAt(value, path);
  return isMapping(found) ? found : {};
}
