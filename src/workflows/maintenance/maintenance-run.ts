import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { HostActivities } from '../../activities/host';
import type { MaintenanceControlActivities } from '../../activities/control/types';
import { MAINTENANCE } from '../../shared/maintenance';
import type { MaintenanceInput, MaintenanceName, MaintenanceReport, TaskReport } from '../../shared/maintenance';
import type { Fact } from '../../shared/paging/escalation';
import type { Approval, ApprovalSubject } from '../../shared/safety/approval';
import type { ChangePermit } from '../../shared/safety/permit';
import { hostTaskQueue } from '../../shared/task-queues';
import { cut } from '../../shared/text/text';
import { maintenanceQuery } from '../messages';
import { Door } from '../messages/door';
import { NOT_REGISTERED, nameTooOld } from '../runbook/agent-version';
import { isFailure, reason } from '../runbook/step-failures';
import { isoNow } from '../support/time';
import { factsOf, factsOfQuestion, renderMaintenance, titleOf } from './details';
import { HostTurn } from './host-turn';
import { MaintenanceQuestions } from './questions';
import type { Host, Task, TaskResult, TaskSite } from './task';

/** pip asks its index once for each package, and PostgreSQL may be slow at night. */
const LOOK_MS = 1_900_000;
const AGENT_WITHIN_MS = 300_000;
const HEARTBEAT_TIMEOUT_MS = 15_000;
const AGENT_RETRY = {
  initialInterval: 1_000,
  backoffCoefficient: 3,
  maximumAttempts: 3,
  nonRetryableErrorTypes: [NOT_REGISTERED],
};
/** A channel that is away for longer than this does not hear of it: the report says so. */
const TOLD_WITHIN_MS = 1_800_000;
const MAX_NOTES = 30;
const MAX_LINES = 101;
const MAX_LINE = 500;
const MAX_CHARTS = 12;

/** One run of maintenance on one host: its tasks in order, whatever became of the one before, and what people hear of it. */
export class MaintenanceRun implements TaskSite {
  readonly startedAt = isoNow();
  private readonly report: MaintenanceReport;
  private readonly turn: HostTurn;
  private readonly questions: MaintenanceQuestions;
  private asked = 0;

  constructor(
    name: MaintenanceName,
    private readonly input: MaintenanceInput,
  ) {
    const { host, startedBy, isDryRun, dueAt, windowMs, guard, approvals } = input;
    this.report = {
      ...{ name, host, startedBy, isDryRun, startedAt: this.startedAt, endedAt: null, waitsFor: null },
      ...{ tasks: [], approvals: [], notes: [], undelivered: [] },
    };
    const overAt = Date.parse(dueAt ?? this.startedAt) + windowMs;
    const note = (text: string) => this.note(text);
    this.turn = new HostTurn({
      ...{ host, runbook: MAINTENANCE[name].workflow, policy: guard, overAt, note },
      openIncidents: async () => await control('Open incidents').observeOpenIncidents({ host }),
      waits: (what) => {
        if (this.report.waitsFor === what) return;
        this.report.waitsFor = what;
        this.show();
      },
    });
    this.questions = new MaintenanceQuestions({
      ...{ policy: approvals, startedBy, approvals: this.report.approvals, overAt, note },
      asked: async (approval) => await this.tellQuestion(approval),
      changed: () => this.show(),
    });
    const door = new Door((what, why) => this.note(`${what}: ${why}`));
    door.query(maintenanceQuery, () => this.report);
    this.turn.listen(door);
    this.questions.listen(door);
  }

  get host(): string {
    return this.input.host;
  }

  get isDryRun(): boolean {
    return this.input.isDryRun;
  }

  /** All tasks, then the message and the sign of life. */
  async whole(tasks: readonly Task[]): Promise<MaintenanceReport> {
    for (const task of tasks) await this.run(task);
    this.report.endedAt = isoNow();
    this.show();
    await this.tell('report', titleOf(this.report), factsOf(this.report));
    if (!this.isDryRun) await this.ping();
    this.show();
    return this.report;
  }

  async look<T>(title: string, call: (host: Host) => Promise<T>): Promise<T> {
    return await call(this.hostFor(title, LOOK_MS));
  }

  async change<T>(title: string, withinMs: number, call: (host: Host, permit: ChangePermit) => Promise<T>): Promise<T> {
    const host = this.hostFor(title, withinMs);
    return await this.turn.change(title, async (permit) => await call(host, permit));
  }

  async ask(subject: ApprovalSubject): Promise<Approval> {
    return await this.questions.ask(subject);
  }

  private async run(task: Task): Promise<void> {
    const { cite, title } = task;
    const entry: TaskReport = {
      cite,
      title,
      state: 'running',
      detail: '',
      lines: [],
      startedAt: isoNow(),
      endedAt: null,
    };
    this.report.tasks.push(entry);
    this.show();
    try {
      Object.assign(entry, bounded(await task.work(this)));
    } catch (err) {
      if (isCancellation(err)) throw err;
      const failure = nameTooOld(err, this.host);
      // A bug in the workflow must stop its task, and not look like a task that failed.
      if (!(failure instanceof ActivityFailure || failure instanceof ApplicationFailure)) throw err;
      Object.assign(entry, failed(failure));
    } finally {
      entry.endedAt = isoNow();
      this.report.waitsFor = null;
      this.show();
    }
  }

  private hostFor(title: string, startToCloseTimeout: number): Host {
    return proxyActivities<HostActivities>({
      taskQueue: hostTaskQueue(this.host),
      scheduleToStartTimeout: this.input.agentWithinMs ?? AGENT_WITHIN_MS,
      startToCloseTimeout,
      heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
      retry: AGENT_RETRY,
      // What it gives way to must not begin beside it.
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      summary: title,
    });
  }

  private async tellQuestion(approval: Approval): Promise<void> {
    this.asked += 1;
    const { workflowId } = workflowInfo();
    const { title } = MAINTENANCE[this.report.name];
    await this.tell(
      `question-${this.asked}`,
      `${title} of ${this.host} asks: ${approval.subject.title}?`,
      factsOfQuestion(approval, workflowId),
    );
  }

  private async tell(what: string, title: string, facts: Fact[]): Promise<void> {
    const { workflowId, runId } = workflowInfo();
    const { host, team } = this.input;
    const { name } = this.report;
    const startsAt = this.startedAt;
    const message = { name, host, workflowId, runId, startsAt, title, facts, team, key: `${runId}/${what}` };
    await this.deliver('The message', async () => await control('Tell the team').tellMaintenance(message));
  }

  private async ping(): Promise<void> {
    const { name } = this.report;
    await this.deliver('The sign of life', async () => {
      const sent = await control('Sign of life').pingDeadMan({ name });
      this.note(sent === 'sent' ? 'The sign of life was sent' : 'No sign of life: pagers.pings is not set');
    });
  }

  /** What nobody hears is part of the report, and fails nothing. */
  private async deliver(what: string, send: () => Promise<void>): Promise<void> {
    try {
      await send();
    } catch (err) {
      if (isCancellation(err) || !(err instanceof ActivityFailure)) throw err;
      this.report.undelivered.push(cut(`${what}: ${reason(err)}`, MAX_LINE));
      this.show();
    }
  }

  private note(text: string): void {
    const at = isoNow().slice(0, 19).replace('T', ' ');
    this.report.notes = [...this.report.notes, `${at} ${cut(text, MAX_LINE)}`].slice(-MAX_NOTES);
    this.show();
  }

  private show(): void {
    setCurrentDetails(renderMaintenance(this.report, workflowInfo().workflowId));
  }
}

function control(summary: string) {
  return proxyActivities<MaintenanceControlActivities>({
    startToCloseTimeout: '20s',
    scheduleToCloseTimeout: TOLD_WITHIN_MS,
    retry: { initialInterval: '1s', maximumInterval: '2m' },
    summary,
  });
}

/** As much of a result as a report holds. */
function bounded({ state, detail, lines = [], table, charts, toDo }: TaskResult): TaskResult {
  return {
    ...{ state, detail: cut(detail, MAX_LINE) },
    lines: lines.slice(0, MAX_LINES).map((line) => cut(line, MAX_LINE)),
    ...(table === undefined ? {} : { table: { ...table, rows: table.rows.slice(0, MAX_LINES) } }),
    ...(charts === undefined ? {} : { charts: charts.slice(0, MAX_CHARTS) }),
    ...(toDo === undefined || toDo === null ? {} : { toDo: cut(toDo, MAX_LINE) }),
  };
}

function failed(err: unknown): TaskResult {
  const detail = cut(reason(err), MAX_LINE);
  if (isFailure(err, 'NotConfigured')) return { state: 'notConfigured', detail };
  if (isFailure(err, 'ChangeRefused', 'NotAllowed', 'Paused')) return { state: 'notDone', detail };
  return { state: 'failed', detail };
}
