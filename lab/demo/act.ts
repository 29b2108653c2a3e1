import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { incidentWorkflowId } from '../../src/alerts/incident-id';
import { followIncident } from '../../src/cli/incident/follow';
import { formatEnd } from '../../src/cli/incident/print-timeline';
import { formatDuration } from '../../src/shared/text/durations';
import type { IncidentView } from '../../src/shared/incident';
import type { Command } from './command';
import { followBeside } from './follow-beside';
import type { OpenIncident } from './follow-beside';
import { measure, sentence, unmeasured } from './measures';
import type { ActResult } from './measures';
import { NotSeen } from './seen';
import type { ActKey } from './stage';

/** One act of the demo: break something, then only watch. */
export interface Act {
  /** For `--act`. */
  key: ActKey;
  name: string;
  /** The alert that starts the incident; the runbook where a person does. */
  alert: string;
  host: string;
  /** Really breaks the host; resolves when it is broken. */
  breakIt(): Promise<void>;
  /** What is so then, in the words of its first line. @default broken */
  broken?: string;
  /** Where a person starts the incident: the command, and what runs it. */
  byHand?: Command;
  /** What is to be seen beside its timeline while its incident goes on. @throws NotSeen */
  during?(audience: Audience, open: OpenIncident): Promise<void>;
  /** What is to be seen when its incident is over. @throws NotSeen */
  afterwards?(audience: Audience): Promise<void>;
  /** Whether whoever watches the host has seen it well again, so that the next fault is a new episode. */
  isQuiet(): Promise<boolean>;
}

/** What the monitoring of every stage says of a KingFisher that is down. */
export const ALERT = 'KingfisherServiceDown';

const ALERT_WITHIN_MS = 60_000;
const QUIET_WITHIN_MS = 60_000;

export interface Audience {
  client: Client;
  write: (line: string) => void;
  /** Ends the act; its reason is thrown. */
  signal: AbortSignal;
}

/** Plays one act and prints the incident's timeline as it happens. */
export async function play(act: Act, audience: Audience): Promise<ActResult> {
  const { client, write, signal } = audience;
  write(`\n── ${act.name}`);
  await act.breakIt();
  const faultAt = Date.now();
  await begin(act, write);
  const handle = await incidentSince(client, incidentWorkflowId(act.alert, act.host), faultAt, signal);
  if (handle === undefined) {
    write(`   no incident began within ${formatDuration(ALERT_WITHIN_MS)}`);
    return unmeasured(act, 'none');
  }
  try {
    return await watch(act, audience, { handle, faultAt });
  } catch (err) {
    if (!(err instanceof NotSeen)) throw err;
    write(`   ${err.message}`);
    return unmeasured(act, 'unresolved');
  }
}

/** From the incident's first entry until nothing of the act is left. */
async function watch(
  act: Act,
  audience: Audience,
  { handle, faultAt }: { handle: WorkflowHandle; faultAt: number },
): Promise<ActResult> {
  const { client, write, signal } = audience;
  const indented = { ...audience, write: (line: string) => write(indent(line)) };
  const view = await followBeside(act, handle, indented);
  write(indent(formatEnd(view)));
  const result = measure(act, view, faultAt);
  write(`   ${sentence(act, result)}`);
  await act.afterwards?.(indented);
  await waitUntilQuiet(act, write, signal);
  const other = act.byHand === undefined ? undefined : await otherIncident(act, client, faultAt, signal);
  if (other === undefined) return result;
  write(`   ${other.alertname} fired meanwhile; its incident ended ${other.outcome}`);
  return other.outcome === 'healed' || other.outcome === 'selfHealed' ? result : { ...result, outcome: 'unresolved' };
}

async function begin({ alert, broken = 'broken', byHand }: Act, write: (line: string) => void): Promise<void> {
  if (byHand === undefined) return write(`   ${broken}; waiting for the alert ${alert}`);
  write(`   ${broken}; a person runs: ${byHand.typed}`);
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

function indent(text: string): string {
  return text.replace(/^/gm, '   ');
}
