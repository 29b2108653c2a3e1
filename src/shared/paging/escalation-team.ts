import { teamOnDuty } from './duty';
import type { EscalationPlan, PagedTeam } from './escalation';

/** The part of a plan that says who is who. */
type Rota = Pick<EscalationPlan, 'teams' | 'duty'>;

/** A team and its key in the plan. */
export interface ChosenTeam {
  key: string;
  team: PagedTeam;
}

/**
 * The team that a tier pages at a moment.
 *
 * `other` means the duty team other than the one that tier 1 went to, so that a change of shift between two tiers pages
 * nobody twice; where tier 1 went to no duty team, other than the one on duty. A plan that names nobody gives a team
 * without channels: its tier cannot be delivered, and the next one is paged.
 */
export function teamOf(plan: Rota, notify: string, at: number, firstTeam: string | null): ChosenTeam {
  if (notify === 'onDuty') return named(plan, onDuty(plan, at));
  if (notify !== 'other') return named(plan, notify);
  const onRota = plan.duty.map((stretch) => stretch.team);
  const taken = firstTeam !== null && onRota.includes(firstTeam) ? firstTeam : onDuty(plan, at);
  return named(plan, onRota.find((team) => team !== taken) ?? 'other');
}

/** Configuration rules out hours without a team, and a workflow must not fail for ever where it did not. */
function onDuty(plan: Rota, at: number): string {
  try {
    return teamOnDuty(plan, new Date(at));
  } catch (err) {
    if (err instanceof RangeError) return 'onDuty';
    throw err;
  }
}

function named(plan: Rota, key: string): ChosenTeam {
  const team = Object.entries(plan.teams).find(([name]) => name === key)?.[1];
  return { key, team: team ?? { name: `${key} (no such team)`, slackChannel: null, pagerdutyService: null } };
}
