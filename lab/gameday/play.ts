import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { incidentWorkflowId } from '../../src/alerts/incident-id';
import { INCIDENT_RUNS } from '../../src/shared/ids';
import type { IncidentView } from '../../src/shared/incident';
import { approveUpdate, timelineQuery } from '../../src/workflows/messages';
import { alertsIn } from '../monitoring/firing';
import { until } from '../support/until';
import type { WholeSite } from '../whole-site';
import type { Fault } from './fault';
import type { FaultHost } from './fault-host';
import type { NamedFault } from './catalogue';
import type { Kill, Planned } from './plan';
import { disagreements } from './change-rows';
import { changesOnRecord } from './record';
import type { GamedaySite } from './site';
import { asLastKnown, collateral, differences, takeSnapshot } from './snapshot';
import type { Difference, Snapshot } from './snapshot';
import { isApproved } from './verdict';
import type { Played } from './verdict';

/** At a pace of 15, an alert with `for: 10m` fires after 40 s. */
const ALERT_WITHIN_MS = 180_000;
const END_WITHIN_MS = 420_000;
const CLOSED_WITHIN_MS = 360_000;
const QUIET_WITHIN_MS = 240_000;
/** Images that came so long before a fault are not looked at: the host itself still works on them. */
const YOUNG_MS = 1_200_000;

interface Playing {
  site: GamedaySite;
  host: FaultHost;
  observe: boolean;
  signal: AbortSignal;
  say: (line: string) => void;
}

/** Faults at once, from a host that is well to one that is well again. */
export async function playRound(
  playing: Playing,
  { faults, kill }: Planned,
  floorMs: number | null,
): Promise<Played[]> {
  const { site, host, observe, signal } = playing;
  await untilQuiet(playing);
  const since = new Date(Date.now() - YOUNG_MS);
  const before = await takeSnapshot(site.host, since);
  const begun = await Promise.all(
    faults.map(async (named) => ({ ...named, ...(await incidentOf(playing, named.fault)) })),
  );
  const injectedAt = Date.now();
  for (const { fault } of faults) await fault.inject(host);
  const firstAt = Date.now();
  const during = [await takeSnapshot(site.host, since)];
  const shoot = async () => void during.push(await takeSnapshot(site.host, since));
  const [killed, seen] = await Promise.all([
    kill === null ? null : strike(playing, kill, begun),
    Promise.all(begun.map(async (one) => ({ ...one, view: await follow(playing, one, shoot) }))),
  ]);
  await shoot();
  for (const { fault, view } of seen) {
    if (observe || view === null) await fault.remedy?.(host);
    await fault.mend?.(host);
  }
  const ended = await Promise.all(
    seen.map(async (one) => ({ ...one, closed: one.view === null ? null : await untilClosed(one.incident, signal) })),
  );
  const left = await untilQuiet(playing);
  const quiet = await takeSnapshot(site.host, since);
  const touches = faults.flatMap(({ fault }) => fault.touches);
  // What is down already at the first was well before the fault.
  const shots = asLastKnown([before, ...during, quiet]).slice(1);
  const unlike = disagreements({
    rows: await changesOnRecord(site, injectedAt, signal),
    early: { differences: differences(before, shots[0]!), at: firstAt },
    during: inTurn(shots.slice(0, -1)),
    after: differences(shots.at(-2)!, shots.at(-1)!),
    itself: faults.flatMap(({ fault }) => fault.itself ?? []),
  });
  const shared = {
    ...{ injectedAt, floorMs, killed, ...left, unlike },
    differences: collateral(differences(before, quiet), touches),
  };
  return ended.map(({ name, view, closed }) => {
    const beside = ended.filter((other) => other.name !== name).map((other) => other.closed ?? other.view);
    return { ...shared, name, view, closed, beside: beside.filter((other) => other !== null) };
  });
}

/** Between each of them and the next. */
function inTurn(snapshots: readonly Snapshot[]): Difference[] {
  return snapshots.slice(1).flatMap((after, at) => differences(snapshots[at]!, after));
}

interface Begun {
  incident: WorkflowHandle;
  /** Its newest run before the fault; null for none. */
  runBefore: string | null;
}

async function incidentOf({ site }: Playing, { alert }: Fault): Promise<Begun> {
  const incident = site.stack.client.workflow.getHandle(incidentWorkflowId(alert, site.host.name));
  return { incident, runBefore: await runOf(incident) };
}

/** `shoot`: takes a snapshot. */
async function follow(
  playing: Playing,
  begun: Begun & NamedFault,
  shoot: () => Promise<void>,
): Promise<IncidentView | null> {
  if (!(await untilBegun(playing, begun))) return null;
  const view = await untilEnd(playing, begun, shoot);
  playing.say(`${begun.name}: ${view === null ? 'no end' : (view.outcome ?? view.state)}`);
  return view;
}

/** Whether the alert began an incident in time. */
async function untilBegun({ signal }: Playing, { incident, runBefore }: Begun): Promise<boolean> {
  const look = async () => {
    const runId = await runOf(incident);
    return runId === null || runId === runBefore ? undefined : true;
  };
  return (await until(look, { deadlineMs: ALERT_WITHIN_MS, signal })) ?? false;
}

/** The bare remedy by somebody who knows the cause, before anything watches the host: milliseconds until it is well. */
export async function floorOf(host: FaultHost, fault: Fault, signal: AbortSignal): Promise<number | null> {
  if (fault.remedy === undefined || fault.expects.ending !== 'healed') return null;
  const from = Date.now();
  await fault.inject(host);
  await fault.remedy(host);
  await host.untilReady(signal);
  const ms = Date.now() - from;
  await fault.mend?.(host);
  await host.untilReady(signal);
  return ms;
}

/** After the first of the incidents began. */
async function strike(playing: Playing, { role, afterMs }: Kill, begun: readonly Begun[]): Promise<string | null> {
  const { site, signal } = playing;
  const began = await Promise.race(begun.map(async (one) => await untilBegun(playing, one)));
  if (!began) return null;
  await sleep(afterMs, undefined, { signal });
  if (role === 'agent') await site.host.systemctl('kill', '--signal=KILL', 'halcyon-agent.service');
  else {
    await site.stack.controller.kill();
    await site.stack.controller.start();
  }
  return `${role} after ${(afterMs / 1_000).toFixed(1)} s`;
}

/** It closed, or people were called, or told of a fault of monitoring. Where the fault says so, they say yes on the way. */
async function untilEnd(
  { signal }: Playing,
  { incident, fault }: Begun & NamedFault,
  shoot: () => Promise<void>,
): Promise<IncidentView | null> {
  const saysYes = fault.expects.ending === 'approved';
  let last: IncidentView | null = null;
  const leases = new Set<string>();
  const look = async () => {
    last = await incident.query(timelineQuery);
    // What is leased may be as it was before when the incident ends.
    const active = last.leases.filter(({ state }) => state === 'active').map(({ setting, at }) => `${setting} ${at}`);
    const isNew = active.some((one) => !leases.has(one));
    for (const one of active) leases.add(one);
    if (isNew) await shoot();
    if (saysYes) await approve(incident, last);
    const isTold = last.findings.some(({ name }) => name === 'AlertContradicted');
    return last.state === 'closed' || isWithPeople(last) || isTold ? last : undefined;
  };
  return (await until<IncidentView | undefined>(look, { deadlineMs: END_WITHIN_MS, signal })) ?? last;
}

/** They were called, and not only for a question that has its answer. */
function isWithPeople(view: IncidentView): boolean {
  return view.tier > 0 && (!isApproved(view) || view.state === 'waitingForPeople');
}

/** As a person does who reads the question. */
async function approve(incident: WorkflowHandle, { approvals }: IncidentView): Promise<void> {
  for (const { hash } of approvals.filter(({ state }) => state === 'asked')) {
    await incident.executeUpdate(approveUpdate, { args: [{ as: 'anna', hash }] });
  }
}

async function untilClosed(incident: WorkflowHandle, signal: AbortSignal): Promise<IncidentView | null> {
  const look = async () => {
    const view = await incident.query(timelineQuery);
    return view.state === 'closed' ? view : undefined;
  };
  return (await until<IncidentView | undefined>(look, { deadlineMs: CLOSED_WITHIN_MS, signal })) ?? null;
}

/** No alert fires, no incident is open and no lease is in effect: the next fault begins on a host that is well. */
async function untilQuiet({ site, host, signal }: Playing): Promise<Pick<Played, 'leasesLeft' | 'isQuiet'>> {
  let leasesLeft: string[] = [];
  let isQuiet = false;
  const look = async () => {
    leasesLeft = await openRuns(site, 'WorkflowType = "lease"');
    const alerts = await unusualAlerts(site.monitoring.prometheusUrl);
    const incidents = await openRuns(site, INCIDENT_RUNS);
    isQuiet = alerts + incidents.length === 0 && (await host.isReady());
    return isQuiet && leasesLeft.length === 0 ? true : undefined;
  };
  await until(look, { deadlineMs: QUIET_WITHIN_MS, signal });
  return { leasesLeft, isQuiet };
}

async function openRuns({ stack: { client } }: WholeSite, which: string): Promise<string[]> {
  const open: string[] = [];
  const query = `${which} AND ExecutionStatus = "Running"`;
  for await (const { workflowId } of client.workflow.list({ query })) open.push(workflowId);
  return open;
}

/** Pending or firing, but those that always fire. */
async function unusualAlerts(prometheusUrl: string): Promise<number> {
  return (await alertsIn(prometheusUrl, 2_000)).filter(({ labels }) => labels['alertname'] !== 'Watchdog').length;
}

async function runOf(incident: WorkflowHandle): Promise<string | null> {
  try {
    const { raw, runId } = await incident.describe();
    return raw.workflowExecutionInfo?.firstRunId ?? runId;
  } catch {
    return null;
  }
}
