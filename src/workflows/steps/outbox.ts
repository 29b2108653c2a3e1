import type { RunbookPolicy } from '../../shared/incident';
import type { Change } from '../../shared/observations/change';
import type { LogTail } from '../../shared/observations/files';
import { directionOf, isContradictory, isHeadExhausted } from '../../shared/observations/outbox';
import type {
  EventPlace,
  OutboxHead,
  OutboxReading,
  OutboxSource,
  OutboxState,
} from '../../shared/observations/outbox';
import type { Verdict } from '../../shared/observations/readings';
import { formatDuration, roughDuration } from '../../shared/text/durations';
import type { Incident } from '../incident/incident';
import type { HostSteps, StepReport } from '../runbook/host-steps';
import { describeLog } from './kingfisher/logs';
import { observeSeries } from './kingfisher/series';

/** What is too much and too long on page F: `runbooks.outboxStuck.limits`. */
export function outboxLimits({ limits = {} }: RunbookPolicy) {
  return {
    /** More events than this are too many, unless they become fewer. */
    pendingAbove: limits['pendingAbove'] ?? 100,
    /** Between the two looks of a diagnosis. */
    lookAgainAfterMs: limits['lookAgainAfterMs'] ?? 5_000,
    /** A publisher that publishes nothing for so long is stuck. */
    stuckForMs: limits['stuckForMs'] ?? 30_000,
    /** How long it may take until the outbox falls, after a remedy. */
    fallsWithinMs: limits['fallsWithinMs'] ?? 120_000,
  };
}

/** Two looks, `apartMs` apart. */
export async function observeOutbox(
  cite: string,
  steps: HostSteps,
  apartMs: number,
  title = 'Events that wait in the outbox',
): Promise<OutboxState | undefined> {
  const { pendingAbove } = outboxLimits(steps.policy);
  return await steps.wait(
    { cite, title },
    apartMs,
    (host) => host.observeOutbox({ apartMs }),
    (state) => describeOutbox(state, pendingAbove),
    'look',
  );
}

/** Well means that they are within the limit, or become fewer, throughout the stability window. */
export async function verifyFalling(cite: string, steps: HostSteps): Promise<Verdict<OutboxReading> | undefined> {
  const { pendingAbove, fallsWithinMs } = outboxLimits(steps.policy);
  const { stabilityWindowMs } = steps.policy;
  const deadlineMs = fallsWithinMs + stabilityWindowMs;
  const verdict = await steps.wait(
    { cite, title: 'Verify: events that wait become fewer, and go on to' },
    deadlineMs,
    (host) => host.waitUntil({ reading: 'outbox', pendingAbove, deadlineMs, windowMs: stabilityWindowMs }),
    describeVerdict,
  );
  if (verdict?.holds === true) steps.seenWellAt = Date.now();
  return verdict;
}

/** What cannot be read is no empty outbox, and two places that differ are not to be acted upon. */
export function noteOutbox(
  incident: Incident,
  cite: string,
  state: OutboxState | undefined,
  pendingAbove: number,
): void {
  if (state === undefined) return;
  const { last } = state;
  const found = {
    OutboxUnreadable: last.pending === null ? placesOf(last) : '',
    OutboxContradictory: isContradictory(last, pendingAbove) ? placesOf(last) : '',
    OutboxExhausted: (last.table?.rows?.exhausted ?? 0) > 1 ? exhaustedLine(last) : '',
  };
  incident.withdraw(({ name, detail }) => name in found && found[name as keyof typeof found] !== detail);
  if (found.OutboxUnreadable !== '') incident.addFinding('OutboxUnreadable', cite, found.OutboxUnreadable);
  if (found.OutboxContradictory !== '') incident.addFinding('OutboxContradictory', cite, found.OutboxContradictory);
  if (found.OutboxExhausted !== '') incident.addFinding('OutboxExhausted', cite, found.OutboxExhausted);
}

/** What the alert is made of, in words that end with a separator; empty where nobody knows. */
export async function observeGauge(steps: HostSteps): Promise<string> {
  const step = { cite: 'F.diagnosis', title: 'How many events wait by the metric of the alert' };
  const state = await observeSeries(step, steps, { metric: 'outboxPending', kind: 'now', by: [] });
  const [series] = state?.answer === 'ok' ? state.series : [];
  return state === undefined || series === undefined ? '' : `${state.name} says ${series.value}; `;
}

/** `grep "outbox.*publisher" service.log | tail -10`. */
export async function observePublisherLog(cite: string, steps: HostSteps): Promise<void> {
  await steps.observe(
    { cite, title: 'What the publisher said last' },
    (host) => host.observeLogTail({ lines: 200 }),
    describePublisher,
  );
}

/** Moves one event out of the way, as long as nobody tried it since. */
export async function quarantineEvent(cite: string, head: OutboxHead, steps: HostSteps): Promise<void> {
  const { id, attempts, error } = head;
  await steps.act(
    { cite, title: `Move event ${id} to quarantine` },
    { arguments: { event: id, attempts } },
    (host, permit) => host.ensureEventQuarantined({ id, attempts, reason: error, permit }),
    describeMove,
  );
}

function describeMove({ before, after }: Change<{ event: EventPlace }>): string {
  return `${before.event} → ${after.event}`;
}

/** `142 wait (142 before), falling; the oldest for 14 m` */
export function describeOutbox({ first, last, apartMs }: OutboxState, pendingAbove: number): StepReport {
  if (last.pending === null) return { status: 'notSo', detail: `nobody can say: ${placesOf(last)}` };
  const direction = directionOf(first, last);
  const isWell = last.pending <= pendingAbove || direction === 'falling';
  const before = first.pending === null ? '' : ` (${first.pending} ${formatDuration(apartMs)} before: ${direction})`;
  return {
    status: isWell ? 'done' : 'notSo',
    detail: `${last.pending} wait${before}${detailsOf(last)}`,
    condition: isWell ? 'well' : 'down',
  };
}

function describeVerdict({ holds, waitedMs, last }: Verdict<OutboxReading>): StepReport {
  if (last.pending === null) return { status: 'notSo', detail: `nobody can say: ${placesOf(last)}`, condition: 'down' };
  if (holds) return { status: 'done', detail: `${last.pending} wait`, condition: 'well' };
  const detail = `not fewer, ${roughDuration(waitedMs)} later: ${last.pending} wait${detailsOf(last)}`;
  return { status: 'notSo', detail, condition: 'down' };
}

function describePublisher(log: LogTail): StepReport {
  const lines = log.lines.filter((line) => /outbox.*publisher|publisher.*outbox/i.test(line)).slice(-10);
  if (log.lines.length > 0 && lines.length === 0) return `${log.path}: nothing of the publisher in its last lines`;
  return describeLog({ ...log, lines });
}

function detailsOf(reading: OutboxReading): string {
  const { oldestAgeS, endpoint, table } = reading;
  const age = oldestAgeS === null ? '' : `; the oldest for ${formatDuration(oldestAgeS * 1_000)}`;
  const silent = endpoint.evidence === 'present' ? '' : `; statistics ${endpoint.evidence}: ${endpoint.detail}`;
  const unread = table === null || table.evidence === 'present' ? '' : `; table ${table.evidence}: ${table.detail}`;
  const head = table?.rows?.head ?? null;
  return `${age}${head === null ? '' : `; first in line ${describeHead(head)}`}${silent}${unread}`;
}

/** `17 (cluster.found), 5 of 5 attempts: NOT_FOUND` */
export function describeHead({ id, eventType, attempts, maxAttempts, error }: OutboxHead): string {
  const most = maxAttempts === null ? '' : ` of ${maxAttempts}`;
  return `${id} (${eventType}), ${attempts}${most} attempts${error === '' ? '' : `: ${error}`}`;
}

/** In words that stay the same while nothing changes. */
export function headEvidence(head: OutboxHead): string {
  return `event ${describeHead(head)}; others wait behind it, and nobody publishes them`;
}

function exhaustedLine(reading: OutboxReading): string {
  const { head = null, exhausted = 0 } = reading.table?.rows ?? {};
  const first = head === null || !isHeadExhausted(reading) ? '' : `; the first is ${describeHead(head)}`;
  return `${exhausted} events have no attempts left: nobody publishes them until their attempts are set back${first}`;
}

function placesOf({ endpoint, table }: OutboxReading): string {
  const said = ({ evidence, pending, detail }: OutboxSource) =>
    pending === null ? `${evidence}: ${detail}` : `${pending} wait`;
  const inTable = table === null ? 'not configured (dependencies.postgres.outbox)' : said(table);
  return `KingFisher's statistics, ${said(endpoint)}; the table, ${inTable}`;
}
