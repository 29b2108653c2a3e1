import type { DependencyPath, DependencyState } from '../../shared/observations/probes';
import { DEPENDENCY_TITLES } from '../../shared/observations/service';
import type { DependencyName } from '../../shared/observations/service';
import type { Incident } from '../incident/incident';
import type { HostSteps, StepReport } from '../runbook/host-steps';

/** Steps on the way to what KingFisher stands on: its port, and the firewall of this host. */

/** Why dependencies that run cannot be reached, in words, by their names. */
export type BlockedPaths = Partial<Record<DependencyName, string>>;

/** `telnet localhost 5672`, `iptables -L`, with numeric ports. Null for a Unix socket, undefined where it could not be seen. */
export async function observeDependencyPath(
  cite: string,
  dependency: DependencyName,
  steps: HostSteps,
): Promise<DependencyPath | null | undefined> {
  return await steps.observe(
    { cite, title: `The way to ${DEPENDENCY_TITLES[dependency]}'s port` },
    (host) => host.observeDependencyPath({ dependency }),
    describePath,
  );
}

/**
 * Looks at the way to each that is down although it runs, before anything is restarted for it: where a rule of the firewall
 * blocks it, a restart cannot help. What is not known of the way decides nothing.
 */
export async function lookAtPaths(
  cite: string,
  states: readonly DependencyState[],
  steps: HostSteps,
  incident: Incident,
): Promise<BlockedPaths> {
  const look = async (state: DependencyState) => {
    const { dependency } = state;
    const path = isOutOfReach(state) ? await observeDependencyPath(cite, dependency, steps) : undefined;
    // A rule for some users alone is not why the agent gets no answer.
    const cut = path?.isReachable === false ? path : undefined;
    return [dependency, noteBlockedPath(incident, cite, dependency, cut)] as const;
  };
  const seen = await Promise.all(states.map(look));
  return Object.fromEntries(seen.filter(([, blocked]) => blocked !== undefined));
}

/** Nothing of it answers at its address while its unit runs, as far as is known. */
function isOutOfReach({ condition, endpoint, unit }: DependencyState): boolean {
  const isSilent = ['refused', 'timeout', 'error'].includes(endpoint.answer);
  return condition === 'down' && isSilent && (unit === null || unit.active === 'active');
}

/**
 * Why a dependency that runs cannot be reached, in words; undefined where that is not so. One that does not listen is not
 * behind a firewall but down. A rule for one user alone stops KingFisher, and not the agent.
 */
export function blockedPath(path: DependencyPath | null | undefined): string | undefined {
  if (path === undefined || path === null || path.isListening === false) return undefined;
  const rules = path.rules.filter(({ rule }) => !path.isReachable || /\bskuid\b|--uid-owner/.test(rule));
  if (rules.length === 0) return undefined;
  const how = path.isReachable ? 'a rule for some users alone' : `a connection ends with ${path.why}`;
  const listed = rules.map(({ chain, rule }) => `${chain}: ${rule}`).join(' ⏎ ');
  return `port ${path.port} of ${path.host}, ${how}; blocked by ${listed}`;
}

/** One that is behind a firewall is not down. */
export function noteBlockedPath(
  incident: Incident,
  cite: string,
  dependency: DependencyName,
  path: DependencyPath | null | undefined,
): string | undefined {
  const blocked = blockedPath(path);
  const detail = blocked === undefined ? undefined : `${dependency}: ${blocked}`;
  const isOfIt = new RegExp(`^${dependency}\\b`);
  const isOver = (name: string, said: string) =>
    (name === 'DependencyPortBlocked' && said !== detail) || (name === 'DependencyDown' && detail !== undefined);
  incident.withdraw((finding) => isOfIt.test(finding.detail) && isOver(finding.name, finding.detail));
  if (detail !== undefined) incident.addFinding('DependencyPortBlocked', cite, detail);
  return detail;
}

function describePath(path: DependencyPath | null): StepReport {
  if (path === null) return 'it is reached by a Unix socket: there is no port that a firewall could block';
  const { host, port, isReachable, why, isListening, rules, rulesUnknown } = path;
  const listener = isListening === null ? '' : isListening ? '; somebody listens there' : '; nobody listens there';
  const named = rules.map(({ chain, rule }) => `${chain}: ${rule}`).join(' ⏎ ');
  const firewall = rules.length > 0 ? `; firewall: ${named}` : '; no rule of this firewall blocks it';
  const unknown =
    rulesUnknown === '' ? firewall : `${rules.length > 0 ? firewall : ''}; firewall unknown: ${rulesUnknown}`;
  const detail = `${host}:${port} ${isReachable ? 'takes connections' : `cannot be reached (${why})`}${listener}${unknown}`;
  return isReachable ? detail : { status: 'notSo', detail };
}
