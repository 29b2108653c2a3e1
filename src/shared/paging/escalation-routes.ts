import type { EscalationPlan, EscalationPolicy, EscalationRoute, OnHelpless } from './escalation';

/** What a route looks at. */
export interface RoutedAlert {
  alertname: string;
  severity: string;
  labels: Record<string, string>;
}

type Chosen = Pick<EscalationRoute, 'notify' | 'tiers' | 'urgency'>;

/** Where no route matches: the matrix, and it may wake people. */
const MATRIX: Chosen = { notify: 'tiers', tiers: null, urgency: 'high' };

/**
 * The plan for one alert: what its first matching route says. A route that is quiet puts off, until its date, whatever
 * the routes after it say; once the date has passed it counts for nothing.
 *
 * @param now epoch milliseconds
 */
export function planFor(policy: EscalationPolicy, alert: RoutedAlert, now: number): EscalationPlan {
  let quiet: EscalationPlan['quiet'] = null;
  for (const route of policy.routes.filter(({ match }) => matches(match, alert))) {
    if (route.quietUntil === null) return planOf(policy, route, alert.severity, quiet);
    if (quiet === null && Date.parse(route.quietUntil) > now) {
      quiet = { until: new Date(route.quietUntil).toISOString(), reason: route.reason ?? '' };
    }
  }
  return planOf(policy, MATRIX, alert.severity, quiet);
}

/** Whether a plan calls people sooner, or more of them, than another. */
export function isLouder(plan: EscalationPlan, than: EscalationPlan): boolean {
  return loudness(plan) > loudness(than);
}

/** What a plan makes different from the matrix, in words; empty where nothing is. */
export function tellRoute({ notify, urgency, quiet }: EscalationPlan): string {
  const reach = {
    none: 'nobody is paged',
    channelOnly: 'one line in the channel of the team on duty',
    tiers: urgency === 'low' ? 'low urgency' : '',
  }[notify];
  if (quiet === null) return reach;
  const until = `quiet until ${quiet.until.slice(0, 16).replace('T', ' ')} UTC: ${quiet.reason}`;
  return reach === '' ? until : `${until}; then ${reach}`;
}

function planOf(
  { routes: _, onHelpless, ...paging }: EscalationPolicy,
  { notify, tiers, urgency }: Chosen,
  severity: string,
  quiet: EscalationPlan['quiet'],
): EscalationPlan {
  return {
    ...paging,
    tiers: notify === 'tiers' ? (tiers ?? paging.tiers) : [],
    notify,
    urgency,
    onHelpless: helplessFor(onHelpless, severity),
    quiet,
  };
}

function helplessFor(written: OnHelpless, severity: string): 'now' | 'onTime' {
  if (written !== 'auto') return written;
  return severity.toLowerCase() === 'critical' ? 'now' : 'onTime';
}

function matches({ severity, team, alertname }: EscalationRoute['match'], alert: RoutedAlert): boolean {
  return (
    isOneOf(
      alert.severity.toLowerCase(),
      severity?.map((text) => text.toLowerCase()),
    ) &&
    isOneOf(alert.labels['team'] ?? '', team) &&
    isOneOf(alert.alertname, alertname)
  );
}

function isOneOf(text: string, patterns: string[] | undefined): boolean {
  return patterns === undefined || patterns.some((pattern) => isLike(text, pattern));
}

/** `*` stands for any text. Not by a regular expression: a pattern of many stars would take for ever. */
function isLike(text: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (!text.startsWith(first)) return false;
  const last = rest.pop();
  if (last === undefined) return text === first;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

function loudness({ notify, urgency, onHelpless, quiet }: EscalationPlan): number {
  if (notify === 'none') return 0;
  if (quiet !== null) return 1;
  if (notify === 'channelOnly') return 2;
  return (urgency === 'high' ? 5 : 3) + (onHelpless === 'now' ? 1 : 0);
}
