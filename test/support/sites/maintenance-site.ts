import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type {
  CoordinationActivities,
  MaintenanceControlActivities,
  MaintenanceMessage,
} from '../../../src/activities/control/types';
import type { ReviewActivities } from '../../../src/activities/control/review/review';
import { MAINTENANCE, MAINTENANCE_NAMES, maintenanceId } from '../../../src/shared/maintenance';
import type { MaintenanceInput, MaintenanceName, MaintenanceReport, TaskState } from '../../../src/shared/maintenance';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { maintenanceQuery } from '../../../src/workflows/messages';
import { SAFETY } from '../safety';
import type { startTimeSkipping } from '../temporal/temporal';
import { waitFor } from '../wait-for';
import { furnishMonthly, knownReviews } from './monthly-site';
import { WorkflowSite } from './workflow-site';

const HOUR_MS = 3_600_000;

/** A site with a channel and a dead-man that take everything, and where tests say which incidents are open. */
export class MaintenanceSite {
  readonly told: MaintenanceMessage[] = [];
  pings = 0;
  /** Incidents that are open, on any host. */
  open: string[] = [];
  /** What the controller knows for reviews; may throw, to script failures. */
  readonly reviews = knownReviews();
  /** Called before each message and ping; may throw, to script failures. */
  before: () => void = () => undefined;
  private site!: WorkflowSite;

  static async up(startServer?: typeof startTimeSkipping): Promise<MaintenanceSite> {
    const self = new MaintenanceSite();
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

  /** A host on which each task has something to do, and a controller. */
  async withHost(test: (host: ScriptedHost, name: string) => Promise<void>, agent = true): Promise<void> {
    await this.site.withHost(async (host, name) => {
      furnish(host);
      furnishMonthly(host);
      await test(host, name).finally(() => this.endOf(name));
    }, agent);
  }

  /** What a test that failed leaves behind would hold up the time of the next. */
  private async endOf(host: string): Promise<void> {
    for (const name of MAINTENANCE_NAMES) {
      const handle = this.client.workflow.getHandle(maintenanceId(name, host));
      await handle.terminate().catch(() => undefined);
    }
  }

  async start(
    host: string,
    more: Partial<MaintenanceInput> = {},
    name: MaintenanceName = 'weekly',
  ): Promise<WorkflowHandle> {
    return await this.client.workflow.start(MAINTENANCE[name].workflow, {
      workflowId: maintenanceId(name, host),
      taskQueue: CONTROLLER_TASK_QUEUE,
      args: [maintenanceInput(host, more)],
    });
  }

  async report(
    host: string,
    more: Partial<MaintenanceInput> = {},
    name: MaintenanceName = 'weekly',
  ): Promise<MaintenanceReport> {
    return (await (await this.start(host, more, name)).result()) as MaintenanceReport;
  }

  /** Once the run says that it is so, without that time passes. */
  async until(handle: WorkflowHandle, what: string, holds: (report: MaintenanceReport) => boolean): Promise<void> {
    let last: MaintenanceReport | undefined;
    const isSo = async () => holds((last = await handle.query(maintenanceQuery)));
    await waitFor(isSo, { what, deadlineMs: 60_000 }).catch((err: unknown) => {
      throw new Error(`${String(err)}; the report is ${JSON.stringify(last)}`);
    });
  }

  private control(): MaintenanceControlActivities & ReviewActivities & Pick<CoordinationActivities, 'remindPause'> {
    return {
      observeDashboards: async () => await this.reviews.observeDashboards(),
      observeRunbookUse: async (asked) => await this.reviews.observeRunbookUse(asked),
      observeHealing: async (asked) => await this.reviews.observeHealing(asked),
      remindPause: async () => undefined,
      observeOpenIncidents: async () => this.open,
      tellMaintenance: async (message) => {
        this.before();
        this.told.push(message);
      },
      pingDeadMan: async () => {
        this.before();
        this.pings += 1;
        return 'sent';
      },
    };
  }
}

export function maintenanceInput(host: string, more: Partial<MaintenanceInput> = {}): MaintenanceInput {
  const { guard, approvals } = SAFETY;
  const team = { name: 'Platform', slackChannel: '#platform-alerts', pagerdutyService: null };
  return {
    ...{ host, startedBy: null, isDryRun: false, dueAt: null, windowMs: 6 * HOUR_MS, guard, approvals, team },
    ...more,
  };
}

/** States of the tasks, by their lines of the document. */
export function statesOf({ tasks }: MaintenanceReport): Record<string, TaskState> {
  return Object.fromEntries(tasks.map(({ cite, state }) => [cite, state]));
}

export const ALL_DONE = { 'G.1': 'done', 'G.2': 'done', 'G.3': 'done', 'G.4': 'done', 'G.5': 'done' };

export function broken(message: string, type = 'ObservationFailed'): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}

const OLD = { files: 40, bytes: 4_096, limit: 100, approvedLimit: 1_000, writtenBefore: '2026-11-22T03:00:00.000Z' };
const TABLE = { table: 'kingfisher.liquidation_clusters', bytes: 81_920, deadRows: 900 };
const NEVER = { lastVacuum: null, lastAnalyze: null };

function furnish(host: ScriptedHost): void {
  const at = () => host.now();
  const counted = { name: 'kingfisher_security_violations_total', windowMs: 604_800_000, dropped: 0, detail: '' };
  Object.assign(host.also, {
    observeLogSizes: async () => ({ files: 2, bytes: 300 * 1_024 ** 2, rotateAboveBytes: 100 * 1_024 ** 2 }),
    ensureLogsRotated: async () => ({
      ...{ before: { files: 2, bytes: 300 * 1_024 ** 2 }, after: { files: 2, bytes: 0 }, changed: true, notes: [] },
    }),
    observeOldImages: async () => ({ ...OLD, notes: [] }),
    ensureOldImagesRemoved: async () => ({
      ...{ before: { files: 40, bytes: 4_096 }, after: { files: 0, bytes: 0 }, changed: true, notes: [] },
    }),
    observeTables: async () => ({ tables: [{ ...TABLE, ...NEVER }], withinMs: 60_000 }),
    ensureTablesVacuumed: async () => ({
      before: [{ ...TABLE, ...NEVER }],
      after: [{ ...TABLE, deadRows: 0, lastVacuum: at(), lastAnalyze: at() }],
      ...{ changed: true, notes: [] },
    }),
    observeOutdatedPackages: async () => ({
      venv: '/opt/kingfisher/venv',
      installed: 12,
      outdated: [{ name: 'requests', version: '2.31.0', latest: '2.32.3' }],
      dropped: 0,
    }),
    observeSeries: async () => ({
      ...counted,
      ...{ answer: 'ok', source: 'prometheus', series: [{ labels: { type: 'rate_limit' }, value: 17 }] },
      observedAt: at(),
    }),
  });
}
