import { workflowInfo } from '@temporalio/workflow';
import type { IncidentInput, IncidentResult } from '../../shared/incident';
import { accessStanding, WELL } from '../../shared/observations/standing';
import { formatDuration } from '../../shared/text/durations';
import { runIncident } from '../incident/run-incident';
import { followRunbook } from '../runbook/follow-runbook';
import type { Runbook } from '../runbook/runbook';
import type { Scene } from '../runbook/scene';
import { hashOf } from '../safety/hash';
import { verifyAccess, violationsReading } from '../steps/access';
import { whyPrometheusDiffers } from '../steps/kingfisher/metrics';
import { observeNumber } from '../steps/settings';
import { diagnose, limitsOf } from './security-violations-diagnosis';
import type { Diagnosis } from './security-violations-diagnosis';
import {
  attackOf,
  manySources,
  overTheLimit,
  proxyOf,
  reviewText,
  unseenByLog,
  withoutToken,
} from './security-violations-evidence';

/** The names under `agent.settings` of what this page changes for a while. */
const RATE_LIMIT = 'rate_limit.per_minute';
const BLOCKED = 'blockedAddress';
/** The team of `escalation.teams` that hears of attacks. */
const SECURITY = 'security';

/** C. Security violations high: too many requests are refused. */
export async function securityViolations(input: IncidentInput): Promise<IncidentResult> {
  const reading = violationsReading(limitsOf(input.policy).violationsPer5m);
  return await runIncident(input, followRunbook({ ...page, watch: { subject: 'Access to KingFisher', reading } }));
}

/** What the page says. */
export const page: Omit<Runbook<Diagnosis>, 'watch'> = {
  page: 'C',
  title: 'Security violations high',
  diagnose,
  isWell: (found) => standingOf(found) === WELL && unseenByLog(found) === undefined,
  standing: standingOf,
  causes: [
    {
      cite: 'C.diagnosis',
      title: 'The access log does not show what the metric counts',
      evidence: async (found, { incident }) => {
        const evidence = unseenByLog(found);
        if (evidence !== undefined) incident.addFinding('SourcesDisagree', 'C.diagnosis', evidence);
        return evidence;
      },
    },
    {
      cite: 'C.1',
      title: 'Known clients are just over their rate limit',
      would: 'raise the rate limit for a while',
      needs: 'changeSettings',
      asksItself: true,
      evidence: async (found) => {
        const evidence = overTheLimit(found);
        if (evidence === undefined || found.keys === undefined) return evidence;
        return `${evidence}; ${found.keys.rateLimitKeys} rate-limit keys`;
      },
      remedy: raiseLimit,
    },
    {
      cite: 'C.2',
      title: 'The token of a known client is not taken any more',
      would: 'issue a new token for it',
      needs: 'issueToken',
      asksItself: true,
      evidence: async (found) => {
        const client = withoutToken(found);
        return client === undefined
          ? undefined
          : `401 to ${client.name} (${client.counts.unauthorized}), and no answer`;
      },
      remedy: issueToken,
    },
    {
      cite: 'C.3',
      title: 'Most of it comes from addresses that many share, or that are never blocked',
      evidence: async (found, { incident }) => {
        const why = proxyOf(found);
        if (why !== undefined) incident.addFinding('SourceShared', 'C.3', `${why}: nobody is blocked`);
        return why;
      },
    },
    {
      cite: 'C.3',
      title: 'An attack: few sources send most of what is refused',
      would: 'block these addresses for a while',
      needs: 'blockAddress',
      asksItself: true,
      evidence: async (found, at) => {
        const attack = attackOf(found);
        if (attack !== undefined) tellSecurity(attack.evidence, found, at);
        return attack?.evidence;
      },
      remedy: block,
    },
    {
      cite: 'C.3',
      title: 'Refused requests come from many sources',
      evidence: async (found, at) => {
        const evidence = manySources(found);
        if (evidence !== undefined) tellSecurity(evidence, found, at);
        return evidence;
      },
    },
  ],
  verify: async ({ steps }) => await verifyAccess('C', limitsOf(steps.policy).violationsPer5m, steps),
  contradiction: async ({ steps }) => await whyPrometheusDiffers(steps, 'C.diagnosis'),
  handOver: { cite: 'C.3', title: 'Not ended: for people, who know who may ask what' },
};

function standingOf({ now, limits }: Diagnosis): string | undefined {
  return now === undefined ? undefined : accessStanding(now, violationsReading(limits.violationsPer5m).atMost);
}

/** C.1: update the configuration with higher limits, temporarily. People know whether the traffic is wanted. */
async function raiseLimit(found: Diagnosis, { steps, safety, incident }: Scene): Promise<void> {
  const { raiseTo, raiseForMs: forMs } = found.limits;
  const evidence = overTheLimit(found) ?? '';
  const from = await observeNumber('C.1', RATE_LIMIT, steps);
  if (from === undefined) {
    const why = `the setting ${RATE_LIMIT} of this host could not be read as a number`;
    return incident.addFinding('LimitNotRaised', 'C.1', why);
  }
  const to = Math.ceil((from * raiseTo) / 100);
  const title = `Raise ${RATE_LIMIT} from ${from} to ${to} for ${formatDuration(forMs)}`;
  const subject = { risk: 'raiseLimit' as const, host: steps.host, cite: 'C.1', title };
  const given = { setting: RATE_LIMIT, from, to, forMs };
  if (!(await safety.ask({ ...subject, arguments: given, precondition: evidence }, { isWatched: true }))) return;
  const wish = { setting: RATE_LIMIT, value: to, forMs, reason: evidence, outlives: true as const };
  const { state, why } = await safety.lease({ cite: 'C.1', title }, wish);
  if (state !== 'active') incident.addFinding('LimitNotRaised', 'C.1', `${RATE_LIMIT} stays at ${from}: ${why}`);
}

/** C.2: `gen_jwt.py`. Its value goes to a file of the host; whoever runs the client brings it there. */
async function issueToken(found: Diagnosis, { steps, safety, incident }: Scene): Promise<void> {
  const client = withoutToken(found)?.name;
  if (client === undefined) return;
  const id = hashOf({ run: workflowInfo().firstExecutionRunId, client });
  const step = { cite: 'C.2', title: `Issue a new token for ${client}` };
  const precondition = `${client} is refused with 401 and not answered any more`;
  const subject = { risk: 'issueToken' as const, host: steps.host, ...step, arguments: { client, id }, precondition };
  if (!(await safety.ask(subject, { isWatched: true }))) return;
  const issued = await steps.tryAct(
    step,
    { arguments: { client } },
    (host, permit) => host.ensureTokenIssued({ client, id, permit }),
    ({ after }) => `in ${after.path}, for root alone`,
  );
  if (issued === undefined) return;
  const what = `a new token for ${client} is in ${issued.after.path} of ${steps.host}: give it to ${client}`;
  incident.addFinding('TokenIssued', 'C.2', what);
}

/** C.3: block suspicious addresses at the firewall, each for a while. */
async function block(found: Diagnosis, { steps, safety, incident }: Scene): Promise<void> {
  const attack = attackOf(found);
  if (attack === undefined) return;
  const { blockForMs: forMs } = found.limits;
  const addresses = attack.sources.map(({ name }) => name);
  const title = `Block ${addresses.join(', ')} for ${formatDuration(forMs)}`;
  const subject = { risk: 'blockAddress' as const, host: steps.host, cite: 'C.3', title };
  const given = { addresses: addresses.join(', '), forMs };
  const mayBlock =
    incident.input.safety?.mode === 'auto' ||
    (await safety.ask({ ...subject, arguments: given, precondition: attack.evidence }, { isWatched: true }));
  if (!mayBlock) return;
  for (const address of addresses) {
    const wish = { setting: `${BLOCKED}[${address}]`, value: 'blocked', forMs, reason: attack.evidence };
    const step = { cite: 'C.3', title: `Block ${address} for ${formatDuration(forMs)}` };
    const { state, why } = await safety.lease(step, { ...wish, outlives: true });
    if (state !== 'active') incident.addFinding('AddressNotBlocked', 'C.3', `${address}: ${why}`);
  }
}

/** C.3: notify the security team, with the access patterns of the last day. Once for an incident. */
function tellSecurity(evidence: string, found: Diagnosis, { incident, safety }: Scene): void {
  if (incident.hasFinding('AttackSuspected')) return;
  incident.addFinding('AttackSuspected', 'C.3', evidence);
  const review = reviewText(found);
  const isTold = safety.inform(SECURITY, `${evidence}. Last day: ${review}`);
  const title = isTold ? 'The security team is told' : `Nobody is told: escalation.teams has no ${SECURITY}`;
  incident.note('C.3', title, review);
}
