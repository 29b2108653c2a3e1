import type { WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { FollowUpMessage, PostIncidentActivities } from '../../../src/activities/control/types';
import type {
  FollowUpRun,
  FollowUpView,
  IncidentReview,
  PostIncidentInput,
} from '../../../src/shared/post-incident/checklist';
import { postIncidentId } from '../../../src/shared/post-incident/checklist';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import { followUpQuery } from '../../../src/workflows/messages';
import type { startTimeSkipping } from '../temporal/temporal';
import { waitFor } from '../wait-for';
import { WorkflowSite } from './workflow-site';

const DAY_MS = 86_400_000;
export const TEAM = { name: 'Platform', slackChannel: '#platform-alerts', pagerdutyService: null };
export const RULES: PostIncidentInput['rules'] = {
  short: { withinMs: 600_000, outcomes: ['healed', 'selfHealed'], except: [] },
  meeting: { severities: ['critical'] },
  recurrence: { withinMs: 30 * DAY_MS, bound: 5 },
};

/** A controller whose channel takes everything, and whose reviews tests write. */
export class ChecklistSite {
  readonly told: FollowUpMessage[] = [];
  /** Called before each message; may throw. */
  before: () => void = () => undefined;
  review: () => Promise<IncidentReview> = async () => reviewOf();
  private site!: WorkflowSite;
  private started = 0;

  static async up(startServer?: typeof startTimeSkipping): Promise<ChecklistSite> {
    const self = new ChecklistSite();
    const more = startServer === undefined ? {} : { startServer };
    self.site = await WorkflowSite.up({ control: self.control(), ...more });
    return self;
  }

  async down(): Promise<void> {
    await this.site.down();
  }

  get client() {
    return this.site.env.client;
  }

  get env() {
    return this.site.env;
  }

  async withController(test: () => Promise<void>): Promise<void> {
    await this.site.withController(test);
  }

  async followUp(more: Partial<FollowUpRun> = {}): Promise<WorkflowHandleWithFirstExecutionRunId> {
    const workflowId = `follow-up/monthly/h1/2026-11-${String(++this.started).padStart(2, '0')}`;
    return await this.client.workflow.start('followUp', {
      workflowId,
      taskQueue: CONTROLLER_TASK_QUEUE,
      args: [followUpInput(more)],
    });
  }

  async postIncident(more: Partial<PostIncidentInput> = {}): Promise<WorkflowHandleWithFirstExecutionRunId> {
    const input = postIncidentInput({ incident: { ...INCIDENT, runId: runIdOf(++this.started) }, ...more });
    return await this.client.workflow.start('postIncident', {
      workflowId: postIncidentId(input.incident),
      taskQueue: CONTROLLER_TASK_QUEUE,
      args: [input],
    });
  }

  async view({ workflowId }: WorkflowHandle): Promise<FollowUpView> {
    return await this.client.workflow.getHandle(workflowId).query(followUpQuery);
  }

  /** Once it is so, without that time passes. */
  async until(handle: WorkflowHandle, what: string, holds: (view: FollowUpView) => boolean): Promise<FollowUpView> {
    const isSo = async () => {
      const view = await this.view(handle);
      return holds(view) ? view : undefined;
    };
    return await waitFor(isSo, { what, deadlineMs: 60_000 });
  }

  async update(handle: WorkflowHandle, name: string, argument: object): Promise<unknown> {
    return await this.client.workflow.getHandle(handle.workflowId).executeUpdate(name, { args: [argument] });
  }

  private control(): PostIncidentActivities {
    return {
      reviewIncident: async () => await this.review(),
      tellPeople: async (message) => {
        this.before();
        this.told.push(message);
      },
    };
  }
}

export function followUpInput(more: Partial<FollowUpRun> = {}): FollowUpRun {
  const source = { workflowId: 'maintenance/monthly/h1', runId: runIdOf(0) };
  const item = (key: string, cite: string) => ({ key, cite, title: `Look at ${key}`, detail: `${key} is nearly full` });
  return {
    ...{ title: 'Monthly maintenance of h1', host: 'h1', source, team: TEAM },
    ...{ items: [item('disk', 'G.8'), item('certificate', 'G.9')], dueInMs: 7 * DAY_MS, remindEveryMs: DAY_MS },
    ...more,
  };
}

export const INCIDENT = {
  workflowId: 'incident/KingfisherServiceDown/h1',
  runId: runIdOf(0),
  lastRunId: runIdOf(0),
};

export function runIdOf(n: number): string {
  return `0190a5c1-${String(n).padStart(4, '0')}-7000-8000-000000000001`;
}

export function postIncidentInput(more: Partial<PostIncidentInput> = {}): PostIncidentInput {
  return { incident: INCIDENT, rules: RULES, team: null, dueInMs: 7 * DAY_MS, remindEveryMs: DAY_MS, ...more };
}

/** One with the items I.1, known, and I.4 and I.5, which are open. */
export function reviewOf(more: Partial<IncidentReview> = {}): IncidentReview {
  const item = (key: string, cite: string, state: 'open' | 'known') => ({
    key,
    cite,
    title: key,
    detail: `of ${key}`,
    state,
  });
  return {
    ...{ title: 'After KingfisherServiceDown on h1', summary: 'Healed on h1: KingFisher was killed', host: 'h1' },
    ...{ severity: 'critical', team: TEAM, form: 'whole' },
    items: [item('root-cause', 'I.1', 'known'), item('meeting', 'I.4', 'open'), item('prevention', 'I.5', 'open')],
    recurrence: { count: 1, withinMs: 30 * DAY_MS, bound: 5, from: 'record' },
    ...more,
  };
}
