import { stretchesWhere } from '../../shared/paging/duty';
import { teamOf } from '../../shared/paging/escalation-team';
import { planFor, tellRoute } from '../../shared/paging/escalation-routes';
import type { EscalationRoute, PagedTeam, Tier } from '../../shared/paging/escalation';
import { escalationPolicy } from './escalation-policy';
import type { Config } from '../schema/config';

const DAY_MINUTES = 1_440;
const MINUTE_MS = 60_000;

/**
 * What stands in the way of paging people with this file: teams that it has no token or key for, and hours at which an
 * alert would page nobody, and routes that silence critical ones. A file without any key is one that no controller uses, and
 * one line says so.
 *
 * @param now epoch milliseconds
 */
export function pagingWarnings(config: Config, now = Date.now()): string[] {
  const { slack, pagerduty } = config.pagers;
  if (slack.token === null && Object.keys(pagerduty.routingKeys).length === 0) {
    return ['pagers: no Slack token and no PagerDuty key: a controller with this file can page nobody'];
  }
  return [
    ...unreachableChannels(config),
    ...silentHours(config),
    ...silencedAlerts(config, now),
    ...uselessRoutes(config, now),
  ];
}

function unreachableChannels(config: Config): string[] {
  return Object.entries(config.escalation.teams).flatMap(([key, team]) => {
    const missing = [
      ...(team.slackChannel !== null && !hasSlack(config, team) ? ['Slack (pagers.slack.token is empty)'] : []),
      ...(team.pagerdutyService !== null && !hasPagerduty(config, team)
        ? [`PagerDuty (no pagers.pagerduty.routingKeys.${team.pagerdutyService})`]
        : []),
    ];
    return missing.map((channel) => `escalation.teams.${key}: ${team.name} cannot be reached by ${channel}`);
  });
}

/** Hours of an alert's start at which none of its tiers would reach anybody: of the matrix, and of routes with own tiers. */
function silentHours(config: Config): string[] {
  const { tiers, routes } = config.escalation;
  const lists = [
    { key: 'escalation.tiers', tiers },
    ...routes.map((route, index) => ({ key: `escalation.routes[${index}].tiers`, tiers: route.tiers })),
  ];
  return lists.flatMap(({ key, tiers: list }) => {
    if (list === null) return [];
    const silent = Array.from({ length: DAY_MINUTES }, (_, minute) => !someoneHears(config, list, minute * MINUTE_MS));
    return stretchesWhere(silent).map(
      (hours) => `${key}: nobody is paged for alerts that start ${hours} UTC: no team of any tier can be reached`,
    );
  });
}

function someoneHears(config: Config, tiers: Tier[], startsAt: number): boolean {
  const at = (index: number, first: string | null) =>
    teamOf(config.escalation, tiers[index]!.notify, startsAt + tiers[index]!.afterMs, first);
  const first = at(0, null);
  return tiers.some((_, index) => {
    const { team } = index === 0 ? first : at(index, first.key);
    return hasSlack(config, team) || hasPagerduty(config, team);
  });
}

/** Alerts that start a runbook, and any other one, for which nobody is called although they are critical. */
function silencedAlerts(config: Config, now: number): string[] {
  const policy = escalationPolicy(config);
  return [...Object.keys(config.routes), ''].flatMap((alertname) => {
    const plan = planFor(policy, { alertname, severity: 'critical', labels: {} }, now);
    if (plan.notify === 'tiers' && plan.quiet === null) return [];
    const which = alertname === '' ? 'alert that no route names' : alertname;
    return [`escalation.routes: a critical ${which} calls nobody: ${tellRoute(plan)}`];
  });
}

function uselessRoutes({ escalation }: Config, now: number): string[] {
  const isOver = (route: EscalationRoute) => route.quietUntil !== null && Date.parse(route.quietUntil) <= now;
  const over = escalation.routes.flatMap((route, index) =>
    isOver(route)
      ? [`escalation.routes[${index}].quietUntil: ${route.quietUntil} is over: the route says nothing`]
      : [],
  );
  if (!escalation.routes.some(({ notify }) => notify === 'channelOnly')) return over;
  const deaf = escalation.duty.filter(({ team }) => escalation.teams[team]?.slackChannel === null);
  return [
    ...over,
    ...deaf.map(
      ({ team, from, to }) =>
        `escalation.teams.${team}: has no slackChannel: routes with notify: channelOnly tell nobody ${from}-${to} UTC`,
    ),
  ];
}

function hasSlack({ pagers }: Config, { slackChannel }: PagedTeam): boolean {
  return slackChannel !== null && pagers.slack.token !== null;
}

function hasPagerduty({ pagers }: Config, { pagerdutyService }: PagedTeam): boolean {
  return pagerdutyService !== null && Object.hasOwn(pagers.pagerduty.routingKeys, pagerdutyService);
}
