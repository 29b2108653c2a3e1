import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { createCoordinationActivities } from '../activities/control/coordination';
import { incidentPolicies } from '../config';
import type { Config } from '../config';
import type { Alert } from '../shared/alert';
import { formatDuration } from '../shared/text/durations';
import { escalationId, guardId, leaseId } from '../shared/ids';
import type { IncidentInput, IncidentView } from '../shared/incident';
import type { RunbookName } from '../shared/runbooks';
import type { Mode, SafetyPolicy } from '../shared/safety/safety';
import { CONTROLLER_TASK_QUEUE } from '../shared/task-queues';
import { createAgent, createController } from '../temporal/workers';
import type { WorkflowSource } from '../temporal/workflow-source';
import type { KnownCause } from './causes/cause';
import { incidentOf } from './incident';
import type { SimulatedIncident } from './incident';
import type { Line } from './line';
import { Outsiders, withApprovers } from './outsiders';
import type { Scenario } from './script/scenario';
import { ScriptedPagers } from './script/scripted-pagers';
import { startSkippingServer } from './time/server';
import { onlyPeopleAreLeft, takeSnapshot, whoIsNext } from './snapshot';
import type { Snapshot } from './snapshot';
import { hostWith, outage } from './stage';
import type { Stage } from './stage';
import { Story } from './story';
import { sleepVirtually } from './time/unstick';
import { VirtualTime } from './time/virtual-time';
import { StoodStill, Watchdog } from './time/watchdog';
import { endText, verdictOf } from './verdict';

export interface SimulationOptions {
  alerts: [Alert, ...Alert[]];
  scenario: Scenario;
  config: Config;
  /** The cause that the host has. Without one KingFisher is down, and no remedy helps. */
  cause?: KnownCause | undefined;
  /** In place of the one that the configuration has for the runbook. */
  mode?: Mode | undefined;
  /** Told in one line what takes real time. */
  onProgress?: (line: string) => void;
  /** @default the build's, else today's sources */
  workflows?: WorkflowSource;
}

/** A look at everything each minute, in its middle: what is due at a full minute has happened by then. */
const LOOK_EVERY_MS = 60_000;
const FIRST_LOOK_MS = 30_000;
/** Real time without a word after which people are told how far it is. */
const SILENCE_MS = 4_000;

/**
 * Lets the real workflows run against a scripted host and pagers, on a server that skips time, and tells what happened in
 * the order of time.
 *
 * Throws `ScenarioError` for an alert that cannot be routed to a host.
 */
export async function simulate(options: SimulationOptions): Promise<Line[]> {
  const incident = incidentOf(options.alerts, options.config);
  try {
    return await simulateOnce(incident, options);
  } catch (err) {
    if (!(err instanceof StoodStill)) throw err;
    options.onProgress?.(`${err.message}: once more, on another one`);
    return await simulateOnce(incident, options);
  }
}

async function simulateOnce(incident: SimulatedIncident, options: SimulationOptions): Promise<Line[]> {
  const server = await startSkippingServer(options.onProgress);
  try {
    return await new Simulation(server, incident, options).run(options.workflows);
  } finally {
    await server.teardown();
  }
}

class Simulation {
  private readonly time: VirtualTime;
  private readonly story: Story;
  private readonly pagers: ScriptedPagers;
  private readonly stage: Stage;
  private readonly outsiders: Outsiders;
  private readonly safety: SafetyPolicy;
  private readonly watchdog = new Watchdog();
  /** Roles that nobody has, and that are taken as if somebody had them. */
  private vacant: string[] = [];
  /** Real time of the last word to whoever waits. */
  private spokeAt = performance.now();
  /** Looks in a row that found people to have it. */
  private looksOfPeople = 0;

  constructor(
    private readonly server: TestWorkflowEnvironment,
    private readonly incident: SimulatedIncident,
    private readonly options: SimulationOptions,
  ) {
    const { scenario, config, cause } = options;
    const { workflowId, host, runbook } = incident.route;
    const own = host === null ? [] : [guardId(host)];
    const parts = [workflowId, escalationId(workflowId), ...own];
    const sleep = (ms: number) => {
      const leases = host === null ? [] : this.stage.settings.map((setting) => leaseId(host, setting));
      return sleepVirtually(server, ms, { workflowIds: [...parts, ...leases], waiting: ['waitUntil', 'watchReading'] });
    };
    const wait = (ms: number) => server.sleep(ms);
    const currentTimeMs = async () => {
      const now = await server.currentTimeMs();
      this.watchdog.sign();
      return now;
    };
    this.time = new VirtualTime({ sleep, wait, currentTimeMs }, scenario.at);
    this.story = new Story(this.time);
    this.pagers = new ScriptedPagers(async () => this.time.serverTime(await this.time.now()));
    const { time } = this;
    const { client } = server;
    this.stage =
      cause === undefined ? outage({ config, scenario, time, client }) : hostWith(cause, { config, time, client });
    const handle = client.workflow.getHandle(workflowId);
    this.outsiders = new Outsiders({ scenario, time, incident: handle, alerts: incident.alerts });
    this.safety = this.safetyOf(runbook);
  }

  async run(workflows?: WorkflowSource): Promise<Line[]> {
    const { server, stage, pagers } = this;
    const settings = { connection: server.nativeConnection, namespace: server.namespace ?? 'default' };
    const control = { ...createCoordinationActivities(server.client), ...pagers.activities() };
    const controller = await createController(settings, control, workflows === undefined ? {} : { workflows });
    const agent = await createAgent(settings, this.incident.route.host ?? 'none', stage.activities);
    const playing = () => this.watchdog.unlessStill(this.play());
    return await controller.runUntil(agent.runUntil(playing));
  }

  private async play(): Promise<Line[]> {
    const { scenario } = this.options;
    await this.time.begin();
    await this.start();
    for (let lookAt = FIRST_LOOK_MS; ; lookAt += LOOK_EVERY_MS) {
      await this.outsiders.actUntil(lookAt);
      await this.time.until(Math.min(lookAt, scenario.untilMs));
      const snapshot = await takeSnapshot(this.server.client, this.incident.route.workflowId);
      this.story.take(snapshot, this.pagers.sent);
      this.outsiders.react(snapshot.incident, lookAt);
      const end = this.endOf(snapshot, lookAt);
      if (end !== null) return await this.told(snapshot, end);
      this.speak(snapshot, lookAt);
    }
  }

  /** Why nothing is left to simulate, or null. */
  private endOf(snapshot: Snapshot, lookAt: number): string | null {
    const { untilMs } = this.options.scenario;
    const { outcome, state } = snapshot.incident;
    if (snapshot.isOver) return `the incident is closed: ${outcome}`;
    if (this.outsiders.areDone && onlyPeopleAreLeft(snapshot)) {
      return 'every tier is paged; nothing more is to come until people act';
    }
    // Who is paged when is a question of its own: the next look shows that it stays with them.
    this.looksOfPeople = state === 'waitingForPeople' ? this.looksOfPeople + 1 : 0;
    if (this.options.cause !== undefined && this.outsiders.areDone && this.looksOfPeople > 1) {
      return endText(snapshot.incident, whoIsNext(snapshot, this.time));
    }
    if (lookAt < untilMs) return null;
    return `still open after ${formatDuration(untilMs)} (--until), and ${state}`;
  }

  /** As intake does. */
  private async start(): Promise<void> {
    const { route } = this.incident;
    const alerts = this.outsiders.alerts('firing', 0);
    const input: IncidentInput = {
      runbook: route.runbook,
      alertname: alerts[0]!.alertname || 'unknownAlert',
      host: route.host,
      ...incidentPolicies(this.options.config, route.runbook),
      safety: this.safety,
      closedEpisodes: {},
      ...(route.note === undefined ? {} : { routingNote: route.note }),
    };
    await this.server.client.workflow.signalWithStart(route.runbook, {
      workflowId: route.workflowId,
      taskQueue: CONTROLLER_TASK_QUEUE,
      args: [input],
      signal: 'alert',
      signalArgs: [alerts],
    });
  }

  private safetyOf(runbook: RunbookName): SafetyPolicy {
    const { config, mode, scenario } = this.options;
    const { safety } = incidentPolicies(config, runbook);
    // What nobody mapped changes nothing, in no mode.
    if (mode !== undefined && runbook !== 'unknownAlert') safety.mode = mode;
    if (scenario.approveAfterMs === null) return safety;
    const { policy, vacant } = withApprovers(safety.approvals);
    this.vacant = vacant;
    return { ...safety, approvals: policy };
  }

  private speak({ incident }: Snapshot, ms: number): void {
    const now = performance.now();
    if (now - this.spokeAt < SILENCE_MS) return;
    this.spokeAt = now;
    const minute = this.time.shown(this.time.serverTime(ms)).slice(11, 16);
    this.options.onProgress?.(`simulating: it is ${minute} there, the incident is ${incident.state}`);
  }

  private async told({ incident: view }: Snapshot, end: string): Promise<Line[]> {
    const { cause } = this.options;
    const { mode } = this.safety;
    const at = this.time.shown(this.time.serverTime(await this.time.now()));
    const changes = this.stage.changes();
    const said = cause === undefined ? [] : verdictOf({ view, cause, mode, isChanged: changes.length > 0 });
    const verdict = said.map(({ kind, text }): Line => ({ at, kind, text: this.time.shownText(text) }));
    const isClosed = cause !== undefined && view.outcome !== null;
    const text = isClosed ? endText(view, '') : end;
    return [...this.opening(view), ...this.story.lines(this.pagers.sent), ...verdict, { at, kind: 'ends', text }];
  }

  private opening({ approvals }: IncidentView): Line[] {
    const { scenario, cause } = this.options;
    const { ackAfterMs, wellAfterMs, at } = scenario;
    const { route, alerts, notes } = this.incident;
    const start = new Date(at).toISOString();
    const after = (ms: number | null) => (ms === null ? 'never' : `after ${formatDuration(ms)}`);
    const what = `${alerts[0].alertname || 'an alert without a name'} on ${route.host ?? 'an unknown host'}`;
    const how =
      cause === undefined
        ? `acknowledged ${after(ackAfterMs)}, well ${after(wellAfterMs)}`
        : `mode ${this.safety.mode}; the host has ${cause.id}: ${cause.title}`;
    const roles = approvals.length === 0 ? [] : this.vacant;
    const asIf = roles.map((role) => `nobody has the role ${role}: taken as if anna had it`);
    return [
      { at: start, kind: 'begins', text: `${start.slice(0, 10)}: ${what}, runbook ${route.runbook}; ${how}` },
      ...[...notes, ...asIf].map((note): Line => ({ at: start, kind: 'note', text: note })),
    ];
  }
}
