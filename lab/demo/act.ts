import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { incidentWorkflowId } from '../../src/alerts/incident-id';
import { followIncident } from '../../src/cli/follow';
import { formatEnd } from '../../src/cli/print-timeline';
import { formatDuration } from '../../src/shared/durations';
import type { IncidentView, Outcome } from '../../src/shared/incident';

/** One act of the demo: break something, then only watch. */
export interface Act {
  name: string;
  alert: string;
  host: string;
  /** Really breaks the host; resolves when it is broken. */
  breakIt(): Promise<void>;
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
  write(`   broken; waiting for the alert ${act.alert}`);
  const handle = await incidentSince(client, incidentWorkflowId(act.alert, act.host), faultAt, signal);
  if (handle === undefined) {
    write(`   no alert arrived within ${formatDuration(ALERT_WITHIN_MS)}`);
    return { ...unmeasured(act), outcome: 'none' };
  }
  const view = await followIncident(handle, (line) => write(`   ${line}`), signal);
  write(indent(formatEnd(view)));
  const result = measure(act, view, faultAt);
  write(`   ${sentence(result)}`);
  await waitUntilQuiet(act, write, signal);
  return result;
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

function sentence(result: ActResult): string {
  const text = (ms: number | null) => (ms === null ? '–' : formatDuration(ms));
  return [
    `fault to alert ${text(result.faultToAlertMs)}`,
    `alert to first action ${text(result.alertToFirstActionMs)}`,
    `alert to healthy ${text(result.alertToHealthyMs)}`,
    `closed ${text(result.alertToClosedMs)} after the alert`,
  ].join(' · ');
}

function indent(text: string): string {
  return text.replace(/^/gm, '   ');
}
