import { violationsOf } from '../../shared/observations/access';
import type { AccessSource, AccessState, AnswerCounts } from '../../shared/observations/access';
import type { RateLimitCount } from '../../shared/observations/probes';
import type { Verdict } from '../../shared/observations/readings';
import { accessStanding, WELL } from '../../shared/observations/standing';
import { formatDuration, roughDuration } from '../../shared/text/durations';
import type { Incident } from '../incident/incident';
import type { HostSteps, StepReport } from '../runbook/host-steps';
import { describeRateLimits } from './rate-limits';

/** What the access log says of KingFisher's requests, and whether few of them are refused. */

const MINUTE_MS = 60_000;
const SOURCES_TOLD = 3;
const EVIDENCE = { absent: 'LogAbsent', malformed: 'LogMalformed', stale: 'LogStale' } as const;

/** What verification waits for, and what is watched: the last minute, as few as the alert's five may have. */
export function violationsReading(violationsPer5m: number) {
  return { reading: 'violations' as const, atMost: Math.ceil(violationsPer5m / 5), withinMs: MINUTE_MS };
}

/** The requests of the last `windowMs`. A host without an access log says so. */
export function observeAccess(cite: string, windowMs: number, steps: HostSteps): Promise<AccessState | undefined> {
  const title = `Refused requests of the last ${roughDuration(windowMs)}`;
  return steps.observe({ cite, title }, (host) => host.observeAccess({ windowMs }), describeAccess);
}

/** The same of the last minute, which says how it stands. */
export function observeAccessNow(
  cite: string,
  violationsPer5m: number,
  steps: HostSteps,
): Promise<AccessState | undefined> {
  const { atMost, withinMs } = violationsReading(violationsPer5m);
  return steps.observe(
    { cite, title: 'Refused requests of the last minute' },
    (host) => host.observeAccess({ windowMs: withinMs }),
    (access) => standingReport(access, atMost),
  );
}

export function observeRateLimits(cite: string, steps: HostSteps): Promise<RateLimitCount | undefined> {
  return steps.observe({ cite, title: 'Rate limits in Redis' }, (host) => host.observeRateLimits(), describeRateLimits);
}

/** A log that is not there, or says nothing of the present, is no quiet one. */
export function noteAccess(incident: Incident, cite: string, access: AccessState | undefined): void {
  if (access === undefined) {
    const what = 'the access log could not be read: who is refused is not known; see agent.kingfisher.accessLog';
    return incident.addFinding('LogAbsent', cite, what);
  }
  const { evidence, path, unread, ahead, lines } = access;
  const whatElse = evidence === 'stale' ? 'nobody wrote to it for over an hour' : 'it says nothing of who is refused';
  if (evidence !== 'present') incident.addFinding(EVIDENCE[evidence], cite, `access log ${path}: ${whatElse}`);
  const oddities = [
    ...(unread > lines && evidence === 'present' ? [`${unread} lines are no requests`] : []),
    ...(ahead > lines ? [`${ahead} lines are dated later than the host's clock`] : []),
  ];
  if (oddities.length > 0) incident.addFinding('LogMalformed', cite, `access log ${path}: ${oddities.join(', ')}`);
}

/** Few requests are refused, and stay so. */
export async function verifyAccess(
  cite: string,
  violationsPer5m: number,
  steps: HostSteps,
): Promise<Verdict<AccessState> | undefined> {
  const { healthyWithinMs, stabilityWindowMs } = steps.policy;
  const reading = violationsReading(violationsPer5m);
  const deadlineMs = healthyWithinMs + stabilityWindowMs;
  const verdict = await steps.wait(
    { cite, title: `Verify: at most ${reading.atMost} requests a minute are refused` },
    deadlineMs,
    (host) => host.waitUntil({ ...reading, deadlineMs, windowMs: stabilityWindowMs }),
    ({ last }) => standingReport(last, reading.atMost),
  );
  if (verdict?.holds === true) steps.seenWellAt = Date.now();
  return verdict;
}

export function describeAccess(access: AccessState): string {
  const { evidence, path, lines, addresses, refusedAddresses, counts, detail } = access;
  if (evidence !== 'present') return `${path} is ${evidence}`;
  const most = addresses.slice(0, SOURCES_TOLD).map(sourceText);
  const from = most.length === 0 ? '' : `, from ${refusedAddresses} addresses, most from ${most.join(', ')}`;
  return `${countsText(counts)} of ${lines} requests${from}${detail === '' ? '' : ` (${detail})`}`;
}

/** `950 refused (401: 900, 429: 50)` */
export function countsText(counts: AnswerCounts): string {
  const { unauthorized, forbidden, limited } = counts;
  const kinds = Object.entries({ 401: unauthorized, 403: forbidden, 429: limited }).filter(([, count]) => count > 0);
  const by = kinds.map(([status, count]) => `${status}: ${count}`).join(', ');
  return `${violationsOf(counts)} refused${by === '' ? '' : ` (${by})`}`;
}

/** `203.0.113.9 (950)` */
export function sourceText({ name, counts }: Pick<AccessSource, 'name' | 'counts'>): string {
  return `${name} (${violationsOf(counts)})`;
}

function standingReport(access: AccessState, atMost: number): StepReport {
  const isWell = accessStanding(access, atMost) === WELL;
  const said = access.evidence === 'present' ? countsText(access.counts) : `${access.path} is ${access.evidence}`;
  const detail = `${said} in ${formatDuration(access.windowMs)}`;
  return isWell ? { status: 'done', detail, condition: 'well' } : { status: 'notSo', detail, condition: 'notReady' };
}
