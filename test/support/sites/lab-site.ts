import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { WorkflowHandle } from '@temporalio/client';
import { LabHost } from '../../../lab/lab-host';
import type { LabHostOptions } from '../../../lab/lab-host';
import { projectDir } from '../../../lab/project';
import { PATIENT_GUARD, startStack } from '../../../lab/stack';
import type { Stack, StackOptions } from '../../../lab/stack';
import type { IncidentView } from '../../../src/shared/incident';
import { waitFor } from '../wait-for';
import { webhookMessage } from '../alerts/webhook';

const KINGFISHER = 'kingfisher.service';

type SiteOptions = Pick<StackOptions, 'sections' | 'env'> & {
  host?: LabHostOptions;
  serviceDown?: Record<string, string | number>;
};

/** A real host with its agent, and the whole of Halcyon beside it. Alerts are posted by the test. */
export class LabSite {
  private constructor(
    readonly host: LabHost,
    readonly stack: Stack,
    /** Configuration, logs and database of everything beside the host. */
    readonly directory: string,
  ) {}

  /** Times of `serviceDown` are quick ones where not said otherwise. */
  static async up(
    name: string,
    { sections, env = {}, host: size = {}, serviceDown = {} }: SiteOptions = {},
  ): Promise<LabSite> {
    const directory = mkdtempSync(join(tmpdir(), 'halcyon-lab-test-'));
    const started = await Promise.allSettled([
      LabHost.up(name, size),
      startStack({
        sections: { guard: PATIENT_GUARD, ...sections },
        env,
        directory,
        hosts: { [name]: { instances: [], services: ['zmart-kingfisher'] } },
        runbooks: {
          serviceDown: {
            stabilityWindow: '1s',
            steadyFor: '1s',
            startsPerHour: 1_000,
            healthyWithin: '10s',
            dependencyReadyWithin: '20s',
            agentWithin: '6s',
            ...serviceDown,
          },
          emergencyRecovery: { stabilityWindow: '1s', steadyFor: '1s', startsPerHour: 1_000, healthyWithin: '10s' },
        },
      }),
    ]);
    const [host, stack] = started;
    if (host.status === 'fulfilled' && stack.status === 'fulfilled') {
      const site = new LabSite(host.value, stack.value, directory);
      try {
        await site.host.reverse(7233, Number(site.stack.temporal.address.split(':')[1]));
        await site.host.startAgent();
        return site;
      } catch (err) {
        await site.down();
        throw err;
      }
    }
    if (host.status === 'fulfilled') await host.value.down();
    if (stack.status === 'fulfilled') await stack.value.stop();
    rmSync(directory, { recursive: true, force: true });
    throw started.find((result) => result.status === 'rejected')!.reason;
  }

  async down(): Promise<void> {
    const ends = await Promise.allSettled([this.host.down(), this.stack.stop()]);
    rmSync(this.directory, { recursive: true, force: true });
    const failure = ends.find((end) => end.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  /** Posts a new episode of the alert and resolves with its incident. */
  async alert(): Promise<WorkflowHandle> {
    const startsAt = new Date().toISOString();
    const response = await fetch(this.stack.webhookUrl, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.stack.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(
        webhookMessage({ status: 'firing', startsAt, labels: { instance: `${this.host.name}:8201` } }),
      ),
    });
    if (!response.ok) throw new Error(`intake answered ${response.status}: ${await response.text()}`);
    const handle = this.stack.client.workflow.getHandle(`incident/KingfisherServiceDown/${this.host.name}`);
    const { runId } = await handle.describe();
    return this.stack.client.workflow.getHandle(handle.workflowId, runId);
  }

  /** The CLI beside the controller; what it said on standard error, too, where it failed. */
  async halcyon(...args: string[]): Promise<{ code: number; stdout: string }> {
    const command = [join(projectDir, 'dist/src/cli.js'), ...args, '--config', this.stack.configFile];
    try {
      const { stdout } = await promisify(execFile)(process.execPath, command);
      return { code: 0, stdout };
    } catch (err) {
      const { code, stdout, stderr } = err as { code: number; stdout: string; stderr: string };
      return { code, stdout: `${stdout}${stderr}` };
    }
  }

  /** How often KingFisher was started while `test` ran. */
  async starts(test: () => Promise<void>): Promise<number> {
    const before = await this.host.invocationHistory(KINGFISHER);
    await test();
    const after = await this.host.invocationHistory(KINGFISHER);
    return after.length - before.length;
  }

  async untilView(
    incident: WorkflowHandle,
    what: string,
    holds: (view: IncidentView) => boolean,
    deadlineMs = 20_000,
  ): Promise<void> {
    await waitFor(async () => holds(await incident.query<IncidentView>('timeline')), { what, deadlineMs });
  }

  /** Adds lines to KingFisher's unit; `resetUnit` takes them away again. */
  async changeUnit(...lines: string[]): Promise<void> {
    const dropIn = `[Service]\n${lines.join('\n')}\n`;
    const folder = `/etc/systemd/system/${KINGFISHER}.d`;
    await this.host.exec(['mkdir', '-p', folder]);
    await this.host.exec(['tee', `${folder}/test.conf`], { input: dropIn });
    await this.host.systemctl('daemon-reload');
  }

  /** Everything on the host as it was, and healthy. */
  async restore(): Promise<void> {
    await this.host.exec(['rm', '-rf', `/etc/systemd/system/${KINGFISHER}.d`]);
    await this.host.systemctl('daemon-reload');
    await this.host.systemctl('reset-failed');
    await this.host.systemctl('restart', KINGFISHER);
    await waitFor(async () => (await this.host.exec(READY, { check: false })).exitCode === 0, {
      what: 'KingFisher to be ready again',
      deadlineMs: 30_000,
      everyMs: 100,
    });
  }
}

const READY = ['curl', '--fail', '--silent', '--output', '/dev/null', 'http://127.0.0.1:8201/ready'];
