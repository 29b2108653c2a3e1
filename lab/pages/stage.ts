import { setTimeout as pause } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
import { createControlActivities } from '../../src/activities/control';
import type { HostActivities } from '../../src/activities/host';
import { incidentPolicies } from '../../src/config';
import { parseConfig } from '../../src/config/load/load';
import type { Alert } from '../../src/shared/alert';
import { escalationId, guardId } from '../../src/shared/ids';
import type { IncidentInput, IncidentView } from '../../src/shared/incident';
import { CONTROLLER_TASK_QUEUE } from '../../src/shared/task-queues';
import { incidentOf } from '../../src/simulate/incident';
import { ScriptedHost } from '../../src/simulate/script/scripted-host';
import { startSkippingServer } from '../../src/simulate/time/server';
import { sleepVirtually } from '../../src/simulate/time/unstick';
import { VirtualTime } from '../../src/simulate/time/virtual-time';
import { createAgent, createController } from '../../src/temporal/workers';
import { isClockOver } from '../../src/temporal/clock-over';
import type { WorkflowSource } from '../../src/temporal/workflow-source';
import { StandInPagerduty } from '../stand-ins/pagerduty';
import { StandInSlack } from '../stand-ins/slack';
import { Recorder } from './recorder';

type AgentActivities = HostActivities;

const HOST = 'h1';
/** Platform is on duty then, and Trading AI is the other team. */
const STARTS_AT = Date.parse('2026-11-23T03:00:00Z');
/** An alert is known so long after its service died: scrapes, `for`, intervals. */
const ALERT_AFTER_MS = 35_000;
const MINUTE_MS = 60_000;
const LOOK_EVERY_MS = 50;
/** Virtual time between two looks at an incident that is at work. */
const LOOK_STEP_MS = 1_000;
const SETTLED_WITHIN_MS = 60_000;
const SERVICES = ['trading-ai-primary', 'platform-secondary', 'engineering-manager'];
const SETTLED = ['waitingForPeople', 'waitingForApproval', 'waitingForAgent', 'watching', 'closed'];

/** What of an incident a scene chooses. */
export interface Opening {
  alert?: Partial<Pick<Alert, 'labels' | 'annotations' | 'alertname' | 'truncated' | 'generatorURL'>>;
  mode?: 'auto' | 'approve' | 'observe';
  startedBy?: { who: string; reason: string };
}

/**
 * Halcyon in virtual time for one scene: the real workflows and the real paging activities, a scripted host, and
 * stand-ins that take what would go to Slack and PagerDuty.
 */
export class PageStage {
  readonly host: ScriptedHost;
  /** Activities of the agent that this scene answers in its own way. */
  readonly scripts: Partial<AgentActivities> = {};
  readonly recorder: Recorder;
  private readonly time: VirtualTime;
  private hostTime = new Date().toISOString();
  private agent: { worker: Worker; run: Promise<void> } | null = null;
  private started: { workflowId: string; alert: Alert } | null = null;

  private constructor(
    private readonly server: TestWorkflowEnvironment,
    private readonly pagers: { slack: StandInSlack; pagerduty: StandInPagerduty },
  ) {
    this.recorder = new Recorder(pagers);
    this.host = new ScriptedHost(() => this.hostTime);
    this.host.before = async () => void (this.hostTime = await this.now());
    const sleep = (ms: number) =>
      sleepVirtually(server, ms, { workflowIds: this.workflows(), waiting: this.waiting() });
    const wait = (ms: number) => server.sleep(ms);
    this.time = new VirtualTime({ sleep, wait, currentTimeMs: () => server.currentTimeMs() }, STARTS_AT);
  }

  /** Plays on a stage of its own, which is taken down afterwards. */
  static async with<T>(
    play: (stage: PageStage) => Promise<T>,
    { workflows, onProgress }: { workflows?: WorkflowSource; onProgress?: (line: string) => void } = {},
  ): Promise<T> {
    const server = await startSkippingServer(onProgress);
    const [slack, pagerduty] = await Promise.all([
      StandInSlack.start({ tokens: [TOKEN], channels: ['trading-ai-alerts', 'platform-alerts'] }),
      StandInPagerduty.start({ routingKeys: Object.fromEntries(SERVICES.map((name) => [keyOf(name), name])) }),
    ]);
    try {
      return await new PageStage(server, { slack, pagerduty }).playing(play, workflows);
    } finally {
      await Promise.all([slack.stop(), pagerduty.stop(), server.teardown()]);
    }
  }

  async agentComesUp(): Promise<void> {
    const all = this.host.activities();
    const scripted = Object.entries(all).map(([name, activity]) => [
      name,
      async (...args: never[]) => {
        const script = this.scripts[name as keyof AgentActivities] ?? activity;
        return await (script as (...given: never[]) => Promise<unknown>)(...args);
      },
    ]);
    const worker = await createAgent(this.settings(), HOST, Object.fromEntries(scripted));
    this.agent = { worker, run: worker.run() };
  }

  /** The alert fires, and intake starts an incident; or a person starts a run. */
  async begin({ alert = {}, mode, startedBy }: Opening = {}): Promise<void> {
    const config = parseConfig({ label: 'halcyon.yaml', text: CONFIG }, {});
    const first = await this.alert(alert);
    const { route } = incidentOf([first], config);
    const runbook = startedBy === undefined ? route.runbook : 'emergencyRecovery';
    const { policy, safety } = incidentPolicies(config, runbook);
    const input: IncidentInput = {
      runbook,
      alertname: startedBy === undefined ? first.alertname : runbook,
      host: route.host,
      policy,
      safety: { ...safety, mode: mode ?? safety.mode },
      closedEpisodes: {},
      ...(route.note === undefined ? {} : { routingNote: route.note }),
      ...(startedBy === undefined ? {} : { startedBy, recovery: { dryRun: false, onlyUnhealthy: false } }),
    };
    const workflowId = startedBy === undefined ? route.workflowId : `incident/${runbook}/${HOST}`;
    this.started = { workflowId, alert: first };
    const options = { workflowId, taskQueue: CONTROLLER_TASK_QUEUE, args: [input] as [IncidentInput] };
    const { workflow } = this.server.client;
    if (startedBy !== undefined) await workflow.start(runbook, options);
    else await workflow.signalWithStart(runbook, { ...options, signal: 'alert', signalArgs: [[first]] });
  }

  /** Waits, in real time, until nothing more happens by itself at this moment. */
  async settled(states: readonly string[] = SETTLED): Promise<IncidentView> {
    const deadline = performance.now() + SETTLED_WITHIN_MS;
    for (;;) {
      const view = await this.view();
      if (states.includes(view.state)) return view;
      if (performance.now() > deadline) throw new Error(`still ${view.state}, expected ${states.join(' or ')}`);
      // Time passes in the test server only while somebody sleeps in it.
      await this.time.until((await this.time.now()) + LOOK_STEP_MS);
      await pause(LOOK_EVERY_MS);
    }
  }

  async view(): Promise<IncidentView> {
    return await this.handle().query<IncidentView>('timeline');
  }

  /** Virtual time passes. */
  async pass(minutes: number): Promise<void> {
    await this.time.until((await this.time.now()) + minutes * MINUTE_MS);
  }

  async answer(verdict: 'approve' | 'reject', as: string, note = ''): Promise<void> {
    const asked = await this.settled(['waitingForApproval']);
    const { hash } = asked.approvals.find(({ state }) => state === 'asked')!;
    await this.handle().executeUpdate(verdict, { args: [{ as, hash, note }] });
  }

  async acknowledge(as: string): Promise<void> {
    await this.handle().executeUpdate('acknowledge', { args: [{ as }] });
  }

  async cancel(): Promise<void> {
    await this.handle().cancel();
  }

  /** The host is well, and Alertmanager says so; an incident that is over already does not hear it. */
  async resolved(): Promise<void> {
    const { alert } = this.incident();
    const now = await this.now();
    const resolved: Alert = { ...alert, status: 'resolved', endsAt: now, receivedAt: now };
    await this.handle()
      .signal('alert', resolved)
      .catch((err: unknown) => {
        if (!(err instanceof WorkflowNotFoundError)) throw err;
      });
  }

  /** Lets time pass until incident and clock are over, or so many minutes went by. Returns how it ended. */
  async ended(withinMinutes: number): Promise<string> {
    for (let minute = 0; minute < withinMinutes; minute++) {
      if (await isClockOver(this.server.client, escalationId(this.incident().workflowId))) break;
      await this.pass(1);
    }
    const status = await this.statusOf(this.incident().workflowId);
    if (status !== 'COMPLETED') return status === 'RUNNING' ? `open, ${(await this.view()).state}` : status;
    return (await this.view()).outcome ?? status;
  }

  private async playing<T>(play: (stage: PageStage) => Promise<T>, workflows?: WorkflowSource): Promise<T> {
    await this.time.begin();
    this.recorder.zero = Date.parse(this.time.serverTime(0));
    const controller = await createController(
      this.settings(),
      this.controlActivities(),
      workflows === undefined ? {} : { workflows },
    );
    try {
      return await controller.runUntil(play(this));
    } finally {
      // One that failed has ended by itself: what it failed with is what is thrown.
      if (this.agent?.worker.getState() === 'RUNNING') this.agent.worker.shutdown();
      await this.agent?.run;
    }
  }

  private controlActivities(): object {
    const { slack, pagerduty } = this.pagers;
    const { client } = this.server;
    const control = createControlActivities({
      limits: () => ({}),
      client,
      pagers: {
        slack: { token: TOKEN, apiUrl: slack.apiUrl },
        pagerduty: {
          routingKeys: Object.fromEntries(SERVICES.map((name) => [name, keyOf(name)])),
          eventsUrl: pagerduty.eventsUrl,
        },
        pings: { weekly: null, monthly: null },
      },
      uiUrl: 'https://temporal.example.com',
      namespace: 'default',
      now: () => new Date(),
      logger: { warn: () => undefined },
      store: null,
      maintenance: { dashboards: [], reviewBy: {} },
      onDuty: () => ({ name: 'Platform', slackChannel: '#platform-alerts', pagerdutyService: null }),
    });
    return { ...control, ...this.recorder.recording(control) };
  }

  private async alert({ labels, annotations, ...more }: NonNullable<Opening['alert']>): Promise<Alert> {
    const startsAt = await this.now();
    await this.time.until(ALERT_AFTER_MS);
    const alertname = more.alertname ?? 'KingfisherServiceDown';
    return {
      status: 'firing',
      alertname,
      fingerprint: 'a1b2c3d4e5f60718',
      startsAt,
      labels: { alertname, instance: `${HOST}:8201`, severity: 'critical', ...labels },
      annotations: { summary: `KingFisher on ${HOST}:8201 is down`, ...annotations },
      receivedAt: await this.now(),
      truncated: 0,
      ...more,
    };
  }

  private incident(): { workflowId: string; alert: Alert } {
    if (this.started === null) throw new Error('no incident was started: begin() comes first');
    return this.started;
  }

  private handle() {
    return this.server.client.workflow.getHandle(this.incident().workflowId);
  }

  private async statusOf(workflowId: string): Promise<string> {
    return (await this.server.client.workflow.getHandle(workflowId).describe()).status.name;
  }

  private workflows(): string[] {
    if (this.started === null) return [];
    const { workflowId } = this.started;
    return [workflowId, escalationId(workflowId), guardId(HOST)];
  }

  /** Nobody takes a step of a host whose agent is away: waiting for one must not hold up time. */
  private waiting(): string[] {
    return this.agent === null ? Object.keys(this.host.activities()) : [];
  }

  private async now(): Promise<string> {
    return new Date(await this.server.currentTimeMs()).toISOString();
  }

  private settings() {
    return { connection: this.server.nativeConnection, namespace: this.server.namespace ?? 'default' };
  }
}

const TOKEN = 'xoxb-stand-in';
const CONFIG = `
hosts:
  ${HOST}: { instances: ["${HOST}:8201"] }
  h2: { instances: ["h2:8201"] }
approvals:
  roles: { operator: [anna, bela] }
`;

function keyOf(service: string): string {
  return `key of ${service}`;
}
