import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { incidentWorkflowId } from '../../src/alerts/incident-id';
import { followIncident } from '../../src/cli/incident/follow';
import { formatEnd } from '../../src/cli/incident/print-timeline';
import { formatDuration } from '../../src/shared/text/durations';
import type { IncidentView, Outcome } from '../../src/shared/incident';

/** One act of the demo: break something, then only watch. */
export interface Act {
  name: string;
  /** The alert that starts the incident; the runbook where a person does. */
  alert: string;
  host: string;
  /** Really breaks the host; resolves when it is broken. */
  breakIt(): Promise<void>;
  /** Where a person starts the incident: the command, and what runs it. */
  byHand?: { command: string; run(): Promise<void> };
  /** Whether whoever watches the host has seen it well again, so that the next fault is a new episode. */
  isQuiet(): Promise<boolean>;
}

/** Measured times of one act, milliseconds; null where it did not come to it. */
export interface ActResult {
  name: string;
  alert: string;
  outcome: Outcome | 'none';
  faultToAlertMs: number | null;
  alertToFirstActionMs: number | null;
  alertToHealthyMs: number | null;
  alertToClosedMs: number | null;
}

/** What the monitoring of every stage says of a KingFisher that is down. */
export const ALERT = 'KingfisherServiceDown';

const ALERT_WITHIN_MS = 60_000;
const QUIET_WITHIN_MS = 60_000;

interface Audience {
  client: Client;
  write: (line: string) => void;
  /** Ends the act; its reason is thrown. */
  signal: AbortSignal;
}

/** Plays one act and prints the incident's timeline as it happens. */
export async function play(act: Act, { client, write, signal }: Audience): Promise<ActResult> {
  write(`\n── ${act.name}`);
  await act.breakIt();
  const faultAt = Date.now();
  await begin(act, write);
  const handle = await incidentSince(client, incidentWorkflowId(act.alert, act.host), faultAt, signal);
  if (handle === undefined) {
    write(`   no incident began within ${formatDuration(ALERT_WITHIN_MS)}`);
    return { ...unmeasured(act), outcome: 'none' };
  }
  const ended = new AbortController();
  const telling = tellWhenWell(handle, write, AbortSignal.any([ended.signal, signal]));
  const view = await followIncident(handle, (line) => write(`   ${line}`), signal).finally(() => ended.abort());
  await telling;
  write(indent(formatEnd(view)));
  const result = measure(act, view, faultAt);
  write(`   ${sentence(act, result)}`);
  await waitUntilQuiet(act, write, signal);
  const other = act.byHand === undefined ? undefined : await otherIncident(act, client, faultAt, signal);
  if (other === undefined) return result;
  write(`   ${other.alertname} fired meanwhile; its incident ended ${other.outcome}`);
  return other.outcome === 'healed' || other.outcome === 'selfHealed' ? result : { ...result, outcome: 'unresolved' };
}

/** Being well is what the audience waits for. That monitoring agrees is only how it ends. */
async function tellWhenWell(handle: WorkflowHandle, write: (line: string) => void, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const view = await handle.query<IncidentView>('timeline').catch(() => undefined);
    const { receivedAt, healthyAt } = view?.measures ?? { receivedAt: '', healthyAt: null };
    if (view?.state === 'watching' && healthyAt !== null) {
      const after = formatDuration(Math.max(0, Date.parse(healthyAt) - Date.parse(receivedAt)));
      return write(`   WELL AGAIN after ${after}; the incident stays open, and looks on, until monitoring agrees`);
    }
    await sleep(100, undefined, { signal: ended }).catch(() => undefined);
  }
}

async function begin({ alert, byHand }: Act, write: (line: string) => void): Promise<void> {
  if (byHand === undefined) return write(`   broken; waiting for the alert ${alert}`);
  write(`   broken; a person runs: ${byHand.command}`);
  await byHand.run();
}

/** A person who was quicker than the alert did not stop it: its incident has to end well too. */
async function otherIncident(
  { host }: Act,
  client: Client,
  faultAt: number,
  signal: AbortSignal,
): Promise<IncidentView | undefined> {
  const latest = client.workflow.getHandle(incidentWorkflowId(ALERT, host));
  const run = await latest.describe().catch(() => undefined);
  if (run === undefined || run.startTime.getTime() < faultAt) return undefined;
  return await followIncident(client.workflow.getHandle(latest.workflowId, run.runId), () => undefined, signal);
}

/** The run of this incident that began after the fault, as soon as there is one. */
async function incidentSince(
  client: Client,
  id: string,
  since: number,
  signal: AbortSignal,
): Promise<WorkflowHandle | undefined> {
  const handle = client.workflow.getHandle(id);
  for (const deadline = Date.now() + ALERT_WITHIN_MS; Date.now() < deadline; await sleep(50)) {
    signal.throwIfAborted();
    const run = await handle.describe().catch(() => undefined);
    // Temporal's clock and ours are one: all runs on this machine.
    if (run !== undefined && run.startTime.getTime() >= since) return client.workflow.getHandle(id, run.runId);
  }
  return undefined;
}

async function waitUntilQuiet(act: Act, write: (line: string) => void, signal: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + QUIET_WITHIN_MS; Date.now() < deadline; await sleep(100)) {
    signal.throwIfAborted();
    if (await act.isQuiet()) return;
  }
  write('   the alert still fires; the next act may not be seen as a new one');
}

function measure(act: Act, view: IncidentView, faultAt: number): ActResult {
  const { receivedAt, firstActionAt, healthyAt, closedAt } = view.measures;
  const since = (from: number, to: string | null) => (to === null ? null : Math.max(0, Date.parse(to) - from));
  const received = Date.parse(receivedAt);
  return {
    name: act.name,
    alert: act.alert,
    outcome: view.outcome ?? 'none',
    faultToAlertMs: since(faultAt, receivedAt),
    alertToFirstActionMs: since(received, firstActionAt),
    alertToHealthyMs: since(received, healthyAt),
    alertToClosedMs: since(received, closedAt),
  };
}

function unmeasured(act: Act): Omit<ActResult, 'outcome'> {
  const nothing = { faultToAlertMs: null, alertToFirstActionMs: null, alertToHealthyMs: null, alertToClosedMs: null };
  return { name: act.name, alert: act.alert, ...nothing };
}

function sentence({ byHand }: Act, result: ActResult): string {
  const text = (ms: number | null) => (ms === null ? '–' : formatDuration(ms));
  const from = byHand === undefined ? 'alert' : 'start';
  return [
    `fault to ${from} ${text(result.faultToAlertMs)}`,
    `${from} to first action ${text(result.alertToFirstActionMs)}`,
    `${from} to healthy ${text(result.alertToHealthyMs)}`,
    `closed ${text(result.alertToClosedMs)} after the ${from}`,
  ].join(' · ');
}

function indent(text: string): string {
  return text.replace(/^/gm, '   ');
}
