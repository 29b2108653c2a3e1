import type { WorkflowHandle } from '@temporalio/client';
import type { RunResult } from '../../../lab/support/run';
import type { IncidentInput, IncidentView, RecoveryOptions, RunbookPolicy } from '../../../src/shared/incident';
import { FIRST_STATE } from '../../../src/shared/incident';
import { searchAttributes } from '../../../src/shared/search-attributes';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import { POLICY, closedByHand } from '../incidents';
import { LabSite } from './lab-site';
import { SAFETY } from '../safety';

export const DATA = '/opt/kingfisher/data';
export const BACKUPS = '/var/backups/kingfisher';
export const KINGFISHER = 'kingfisher.service';
export const REDIS = 'redis-server.service';
export const RABBITMQ = 'rabbitmq-server.service';

const NODE = '/opt/halcyon-node/bin/node';

/** What recoveries take here: those of the tests must not wait for what cannot come. */
const RECOVERY_POLICY: RunbookPolicy = {
  ...POLICY,
  stabilityWindowMs: 1_000,
  healthyWithinMs: 20_000,
  tempFilesOlderThanMs: 3_600_000,
};

/** A real host with its agent, on which recoveries run, and what a test wants to know of it afterwards. */
export class RecoverySite {
  private constructor(
    readonly lab: LabSite,
    /** The unit of the cluster, which depends on PostgreSQL's version. */
    readonly postgres: string,
  ) {}

  static async up(name: string): Promise<RecoverySite> {
    const lab = await LabSite.up(name);
    const { stdout } = await lab.host.systemctl(
      'list-units',
      '--plain',
      '--no-legend',
      '--all',
      'postgresql@*.service',
    );
    return new RecoverySite(lab, stdout.trim().split(/\s+/)[0]!);
  }

  async down(): Promise<void> {
    await this.lab.down();
  }

  get dependencies(): string[] {
    return [this.postgres, REDIS, RABBITMQ];
  }

  async start(recovery: Partial<RecoveryOptions> = {}, policy: Partial<RunbookPolicy> = {}): Promise<WorkflowHandle> {
    const host = this.lab.host.name;
    const input: IncidentInput = {
      runbook: 'emergencyRecovery',
      alertname: 'emergencyRecovery',
      host,
      policy: { ...RECOVERY_POLICY, ...policy },
      safety: SAFETY,
      closedEpisodes: {},
      recovery: { dryRun: false, onlyUnhealthy: false, ...recovery },
      startedBy: { who: 'test', reason: 'a test' },
    };
    return await this.lab.stack.client.workflow.start('emergencyRecovery', {
      workflowId: `incident/emergencyRecovery/${host}`,
      taskQueue: CONTROLLER_TASK_QUEUE,
      args: [input],
      typedSearchAttributes: [{ key: searchAttributes.state, value: FIRST_STATE }],
    });
  }

  /** One that does not help stays open for people: closed then, so that the next can begin. */
  async recover(recovery: Partial<RecoveryOptions> = {}, policy: Partial<RunbookPolicy> = {}): Promise<IncidentView> {
    return await closedByHand(await this.start(recovery, policy));
  }

  /** For states in which RabbitMQ's restart, the longest part by far, proves nothing. */
  async recoverUnhealthy(policy: Partial<RunbookPolicy> = {}): Promise<IncidentView> {
    return await this.recover({ onlyUnhealthy: true }, policy);
  }

  exec(...argv: string[]): Promise<RunResult> {
    return this.lab.host.exec(argv);
  }

  /** The output of a shell on the host. */
  async shell(script: string): Promise<string> {
    return (await this.lab.host.exec(['bash', '-eu', '-s'], { input: script })).stdout.trim();
  }

  async isThere(path: string): Promise<boolean> {
    return (await this.lab.host.exec(['test', '-e', path], { check: false })).exitCode === 0;
  }

  /** `644 root` */
  async mode(path: string): Promise<string> {
    return (await this.exec('stat', '-c', '%a %U', path)).stdout.trim();
  }

  async redis(database: number, ...argv: string[]): Promise<string> {
    return (await this.exec('redis-cli', '-n', String(database), ...argv)).stdout.trim();
  }

  /** How often each of these units was started since boot. */
  async starts(...units: string[]): Promise<number[]> {
    return await Promise.all(units.map(async (unit) => (await this.lab.host.invocationHistory(unit)).length));
  }

  async isActive(unit: string): Promise<boolean> {
    return (await this.lab.host.property(unit, 'ActiveState')) === 'active';
  }

  /** What `halcyon backups verify` says of a run's backup, on its host: exit code 0 when it is good. */
  async verifyBackup(runId: string): Promise<RunResult> {
    const command = [NODE, '/opt/halcyon/dist/src/cli.js', 'backups', 'verify', runId];
    return await this.lab.host.exec([...command, '--config', '/etc/halcyon/halcyon.yaml'], { check: false });
  }

  /** Today's folder of images. */
  get today(): string {
    return `${DATA}/images/${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}`;
  }
}

export function expectHealed(view: IncidentView): void {
  if (view.outcome === 'healed') return;
  throw new Error(JSON.stringify([view.outcome, view.findings, view.timeline], null, 1));
}

export const names = (view: IncidentView) => view.findings.map((finding) => finding.name);

/** Detail of the first finding of this name; a name that was not found fails the test. */
export function detailOf(view: IncidentView, name: string): string {
  const finding = view.findings.find((one) => one.name === name);
  if (finding === undefined) throw new Error(`no ${name} in ${JSON.stringify([view.outcome, view.findings])}`);
  return finding.detail;
}

export const cited = (view: IncidentView, cite: string) => view.timeline.filter((entry) => entry.cite === cite);
