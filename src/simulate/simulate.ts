import { WorkflowNotFoundError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { createCoordinationActivities } from '../activities/control/coordination';
import { incidentPolicies } from '../config';
import type { Config } from '../config';
import type { Alert } from '../shared/alert';
import { ALLOWED_BY_DEFAULT } from '../shared/safety/allowance';
import { formatDuration } from '../shared/text/durations';
import { escalationId, guardId } from '../shared/ids';
import type { IncidentInput } from '../shared/incident';
import { CONTROLLER_TASK_QUEUE } from '../shared/task-queues';
import { createAgent, createController } from '../temporal/workers';
import type { WorkflowSource } from '../temporal/workflow-source';
import { incidentOf } from './incident';
import type { SimulatedIncident } from './incident';
import type { Line } from './line';
import type { Scenario } from './script/scenario';
import { ScriptedHost } from './script/scripted-host';
import { ScriptedPagers } from './script/scripted-pagers';
import { startSkippingServer } from './time/server';
import { onlyPeopleAreLeft, takeSnapshot } from './snapshot';
import type { Snapshot } from './snapshot';
import { Story } from './story';
import { sleepVirtually } from './time/unstick';
import { VirtualTime } from './time/virtual-time';
import { createWatch } from './watch';

export interface SimulationOptions {
  alerts: [Alert, ...Alert[]];
  scenario: Scenario;
  config: Config;
  /** Told in one line what takes real time. */
  onProgress?: (line: string) => void;
  /** @default the build's, else today's sources */
  workflows?: WorkflowSource;
}

/** Who acknowledges, where somebody does. */
const PERSON = 'anna';
/** People and Alertmanager act so long after the full minute: after what is due at it. */
const INTO_THE_MINUTE_MS = 7_000;
/** Alertmanager learns so long after the host that all is well: a scrape, a rule, its own interval between messages. */
const RESOLVED_AFTER_MS = 60_000;
/** A look at everything each minute, in its middle: what is due at a full minute has happened by then. */
const LOOK_EVERY_MS = 60_000;
const FIRST_LOOK_MS = 30_000;

/**
 * Lets the real workflows run against a scripted host and pagers, on a server that skips time, and tells what happened in
 * the order of time.
 *
 * Throws `ScenarioError` for an alert that cannot be routed to a host.
 */
export async function simulate(options: SimulationOptions): Promise<Line[]> {
  const { config, scenario } = options;
  const incident = incidentOf(options.alerts, config);
  const server = await startSkippingServer(options.onProgress);
  try {
    return await new Simulation(server, incident, scenario, config).run(options.workflows);
  } finally {
    await server.teardown();
  }
}

/** Something from outside, so long after the start. */
interface Act {
  afterMs: number;
  act: () => Promise<void>;
}

class Simulation {
  private readonly time: VirtualTime;
  private readonly story: Story;
  private readonly pagers: ScriptedPagers;
  private readonly host: ScriptedHost;
  /** Time of the server as the host last saw it. */
  private hostTime = '';
  private acts: Act[];

  constructor(
    private readonly server: TestWorkflowEnvironment,
    private readonly incident: SimulatedIncident,
    private readonly scenario: Scenario,
    private readonly config: Config,
  ) {
    const { workflowId, host } = incident.route;
    const parts = [workflowId, escalationId(workflowId), ...(host === null ? [] : [guardId(host)])];
    const sleep = (ms: number) =>
      sleepVirtually(server, ms, { workflowIds: parts, waiting: ['waitUntil', 'watchReading'] });
    const wait = (ms: number) => server.sleep(ms);
    this.time = new VirtualTime({ sleep, wait, currentTimeMs: () => server.currentTimeMs() }, scenario.at);
    this.story = new Story(this.time);
    this.pagers = new ScriptedPagers(async () => this.time.serverTime(await this.time.now()));
    this.host = this.createHost();
    this.acts = this.createActs();
  }

  async run(workflows?: WorkflowSource): Promise<Line[]> {
    const { server, host, pagers, time } = this;
    const settings = { connection: server.nativeConnection, namespace: server.namespace ?? 'default' };
    const control = { ...createCoordinationActivities(server.client), ...pagers.activities() };
    const watch = createWatch({ host, time, client: server.client, wellAfterMs: this.scenario.wellAfterMs });
    const controller = await createController(settings, control, workflows === undefined ? {} : { workflows });
    const agent = await createAgent(settings, this.incident.route.host ?? 'none', {
      ...host.activities(),
      ...watch,
    });
    return await controller.runUntil(agent.runUntil(this.play()));
  }

  private async play(): Promise<Line[]> {
    await this.time.begin();
    await this.start();
    for (let lookAt = FIRST_LOOK_MS; ; lookAt += LOOK_EVERY_MS) {
      await this.actUntil(lookAt);
      await this.time.until(Math.min(lookAt, this.scenario.untilMs));
      const snapshot = await takeSnapshot(this.server.client, this.incident.route.workflowId);
      this.story.take(snapshot, this.pagers.sent);
      const end = this.endOf(snapshot, lookAt);
      if (end !== null) return [...this.opening(), ...this.story.lines(this.pagers.sent), await this.ending(end)];
    }
  }

  private async actUntil(ms: number): Promise<void> {
    const due = this.acts.filter(({ afterMs }) => afterMs <= ms).sort((a, b) => a.afterMs - b.afterMs);
    this.acts = this.acts.filter((act) => !due.includes(act));
    for (const { afterMs, act } of due) {
      await this.time.until(afterMs);
      await act().catch((err: unknown) => {
        // Over already: nobody is left to be told.
        if (!(err instanceof WorkflowNotFoundError)) throw err;
      });
    }
  }

  /** Why nothing is left to simulate, or null. */
  private endOf(snapshot: Snapshot, lookAt: number): string | null {
    const { outcome, state } = snapshot.incident;
    if (snapshot.isOver) return `the incident is closed: ${outcome}`;
    if (this.acts.length === 0 && onlyPeopleAreLeft(snapshot)) {
      return 'every tier is paged; nothing more is to come until people act';
    }
    if (lookAt < this.scenario.untilMs) return null;
    return `still open after ${formatDuration(this.scenario.untilMs)} (--until), and ${state}`;
  }

  /** As intake does. */
  private async start(): Promise<void> {
    const { route } = this.incident;
    const alerts = this.alerts('firing', 0);
    const input: IncidentInput = {
      runbook: route.runbook,
      alertname: alerts[0]!.alertname || 'unknownAlert',
      host: route.host,
      ...incidentPolicies(this.config, route.runbook),
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

  private alerts(status: Alert['status'], afterMs: number): Alert[] {
    const at = this.time.serverTime(afterMs);
    return this.incident.alerts.map((alert) => ({
      ...alert,
      status,
      startsAt: this.time.serverTime(0),
      ...(status === 'resolved' ? { endsAt: at } : {}),
      receivedAt: at,
    }));
  }

  private createActs(): Act[] {
    const { ackAfterMs, wellAfterMs } = this.scenario;
    const handle = this.server.client.workflow.getHandle(this.incident.route.workflowId);
    const acts: Act[] = [];
    if (ackAfterMs !== null) {
      const acknowledge = async () => void (await handle.executeUpdate('acknowledge', { args: [{ as: PERSON }] }));
      acts.push({ afterMs: ackAfterMs + INTO_THE_MINUTE_MS, act: acknowledge });
    }
    if (wellAfterMs !== null) {
      const resolvedMs = wellAfterMs + RESOLVED_AFTER_MS + INTO_THE_MINUTE_MS;
      const resolve = async () => await handle.signal('alert', this.alerts('resolved', resolvedMs));
      acts.push({ afterMs: resolvedMs, act: resolve });
    }
    return acts;
  }

  /** KingFisher is down and no remedy helps, until the time comes at which it is well. */
  private createHost(): ScriptedHost {
    const host = new ScriptedHost(() => this.hostTime);
    host.up.kingfisher = false;
    host.broken.add('kingfisher');
    host.recoveryHelps = false;
    host.allow = this.config.agent?.allow ?? [...ALLOWED_BY_DEFAULT];
    host.before = async () => {
      const now = await this.time.now();
      this.hostTime = this.time.serverTime(now);
      if (now < (this.scenario.wellAfterMs ?? Infinity) || !host.broken.delete('kingfisher')) return;
      host.up.kingfisher = true;
    };
    return host;
  }

  private opening(): Line[] {
    const { ackAfterMs, wellAfterMs, at } = this.scenario;
    const { route, alerts, notes } = this.incident;
    const start = new Date(at).toISOString();
    const after = (ms: number | null) => (ms === null ? 'never' : `after ${formatDuration(ms)}`);
    const what = `${alerts[0].alertname || 'an alert without a name'} on ${route.host ?? 'an unknown host'}`;
    const text = `${start.slice(0, 10)}: ${what}, runbook ${route.runbook}; acknowledged ${after(ackAfterMs)}, well ${after(wellAfterMs)}`;
    return [
      { at: start, kind: 'begins', text },
      ...notes.map((note): Line => ({ at: start, kind: 'note', text: note })),
    ];
  }

  private async ending(text: string): Promise<Line> {
    return { at: this.time.shown(this.time.serverTime(await this.time.now())), kind: 'ends', text };
  }
}
