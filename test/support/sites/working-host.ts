import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabHost } from '../../../lab/lab-host';
import { setFaults, setOutside } from '../../../lab/stand-ins/trouble';
import { waitFor } from '../wait-for';

const CONFIGURATION = '/opt/kingfisher/config/kingfisher.json';
/** Longer than anything takes on a busy machine. */
export const SOON = { deadlineMs: 90_000, everyMs: 250 };
/** Analyses after which a fault that is over would have shown itself. */
const ENOUGH_ANALYSES = 3;

interface OutboxPage {
  pending: number;
  published: number;
  oldest_attempts: number | null;
  oldest_error: string | null;
}

/** A lab host whose KingFisher is at work, and what its numbers say. */
export class WorkingHost {
  private constructor(
    readonly host: LabHost,
    readonly url: string,
    private readonly home: string,
    private readonly homeBefore: string | undefined,
  ) {}

  static async up(name: string): Promise<WorkingHost> {
    const homeBefore = process.env.HALCYON_LAB_HOME;
    const home = mkdtempSync(join(tmpdir(), 'halcyon-lab-test-'));
    process.env.HALCYON_LAB_HOME = home;
    const host = await LabHost.up(name, { images: 3 });
    const work = new WorkingHost(host, `http://127.0.0.1:${await host.forward(8201)}`, home, homeBefore);
    await waitFor(async () => (await work.outbox()).published > 0, { what: 'the first event', ...SOON });
    return work;
  }

  async down(): Promise<void> {
    await this.host.down();
    rmSync(this.home, { recursive: true, force: true });
    if (this.homeBefore === undefined) delete process.env.HALCYON_LAB_HOME;
    else process.env.HALCYON_LAB_HOME = this.homeBefore;
  }

  /** No fault, and the world outside as it is on a quiet day. */
  async asUsual(): Promise<void> {
    await setFaults(this.host, {});
    await setOutside(this.host, 'openai', {});
    await setOutside(this.host, 'telegram', {});
    await setOutside(this.host, 'clients', []);
  }

  async get<T>(path: string): Promise<T> {
    return (await (await fetch(`${this.url}${path}`)).json()) as T;
  }

  async outbox(): Promise<OutboxPage> {
    return await this.get<OutboxPage>('/api/v1/outbox/stats');
  }

  /** Sum of the samples whose name and labels contain these words. */
  async metric(...words: string[]): Promise<number> {
    const lines = (await (await fetch(`${this.url}/metrics`)).text())
      .split('\n')
      .filter((line) => !line.startsWith('#'));
    const found = lines.filter((line) => words.every((word) => line.includes(word)));
    return found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  async failures(step: string, reason: string): Promise<number> {
    return await this.metric('kingfisher_pipeline_failures_total', `step="${step}"`, `reason="${reason}"`);
  }

  async violations(type: string): Promise<number> {
    return await this.metric('kingfisher_security_violations_total', `type="${type}"`);
  }

  async analyses(): Promise<number> {
    return await this.metric('kingfisher_analysis_duration_seconds_count');
  }

  /** Those that took more than five seconds. */
  async slowAnalyses(): Promise<number> {
    return (await this.analyses()) - (await this.metric('kingfisher_analysis_duration_seconds_bucket', 'le="5"'));
  }

  /** Until there are more of these than now. */
  async rises(what: string, value: () => Promise<number>): Promise<void> {
    const from = await value();
    await waitFor(async () => (await value()) > from, { what, ...SOON });
  }

  /** Until these are counted no more, while KingFisher goes on working. What was under way may still count. */
  async ends(what: string, value: () => Promise<number>): Promise<void> {
    const isOver = async () => {
      const [count, made] = [await value(), await this.analyses()];
      await waitFor(async () => (await this.analyses()) >= made + ENOUGH_ANALYSES, { what: 'analyses', ...SOON });
      return (await value()) === count;
    };
    await waitFor(isOver, { what: `the end of ${what}`, ...SOON });
  }

  /** Until nothing waits in the outbox. */
  async falls(): Promise<void> {
    await waitFor(async () => (await this.outbox()).pending === 0, { what: 'an empty outbox', ...SOON });
  }

  async sql(statement: string): Promise<void> {
    const database = 'postgres://kingfisher:kingfisher@127.0.0.1/zmart_core';
    await this.host.exec(['psql', '--no-psqlrc', '-At', database, '-c', statement]);
  }

  /** Changes the configuration file, as an editor would. */
  async setting(from: string, to: string): Promise<void> {
    await this.host.exec(['sed', '-i', `s/${from}/${to}/`, CONFIGURATION]);
  }
}
