import { stretchesWhere } from '../shared/duty';
import { teamOf } from '../shared/escalation-team';
import type { PagedTeam } from '../shared/escalation';
import type { Config } from './schema/config';

const DAY_MINUTES = 1_440;
const MINUTE_MS = 60_000;

/**
 * What stands in the way of paging people with this file: teams that it has no token or key for, and hours at which an
 * alert would page nobody. A file without any is one that no controller uses, and one line says so.
 */
export function pagingWarnings(config: Config): string[] {
  const { slack, pagerduty } = config.pagers;
  if (slack.token === null && Object.keys(pagerduty.routingKeys).length === 0) {
    return ['pagers: no Slack token and no PagerDuty key: a controller with this file can page nobody'];
  }
  return [...unreachableChannels(config), ...silentHours(config)];
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

/** Hours of an alert's start at which none of its tiers would reach anybody. */
function silentHours(config: Config): string[] {
  const silent = Array.from({ length: DAY_MINUTES }, (_, minute) => !someoneHears(config, minute * MINUTE_MS));
  return stretchesWhere(silent).map(
    (hours) =>
      `escalation.tiers: nobody is paged for alerts that start ${hours} UTC: no team of any tier can be reached`,
  );
}

function someoneHears(config: Config, startsAt: number): boolean {
  const { teams, duty, tiers, holdAfterAckMs } = config.escalation;
  const plan = { teams, duty, tiers, holdMs: holdAfterAckMs };
  const at = (index: number, first: string | null) =>
    teamOf(plan, tiers[index]!.notify, startsAt + tiers[index]!.afterMs, first);
  const first = at(0, null);
  return tiers.some((_, index) => {
    const { team } = index === 0 ? first : at(index, first.key);
    return hasSlack(config, team) || hasPagerduty(config, team);
  });
}

function hasSlack({ pagers }: Config, { slackChannel }: PagedTeam): boolean {
  return slackChannel !== null && pagers.slack.token !== null;
}

function hasPagerduty({ pagers }: Config, { pagerdutyService }: PagedTeam): boolean {
  return pagerdutyService !== null && Object.hasOwn(pagers.pagerduty.routingKeys, pagerdutyService);
}
