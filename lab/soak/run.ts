import { setTimeout as sleep } from 'node:timers/promises';
import { postgresUnit } from '../demo/recovery-act';
import { HostFaults, KINGFISHER, unitStops } from './host-faults';
import type { Observer } from './observer';
import { clock, nameOf } from './record';
import type { FaultSpan, SoakRecord } from './record';
import { DEPENDENCIES, FAULTS } from './schedule';
import type { Dependency, Happening, Part } from './schedule';
import type { SoakSite } from './site';

const AGENT = 'halcyon-agent.service';
/** What automation can mend is mended by a person after this time, so that a soak goes on after a fault of Halcyon. */
const MENDED_BY_PEOPLE_AFTER_MS = 240_000;
/** The last fault, too, may take as long as it takes. */
const SETTLES_WITHIN_MS = 180_000;

export type UnitNames = Record<string, Dependency | 'kingfisher'>;

/** Carries a schedule out on a site. */
export class SoakRun {
  private readonly spans: FaultSpan[] = [];
  private readonly work: Promise<void>[] = [];
  private count = 0;

  private constructor(
    private readonly site: SoakSite,
    private readonly observer: Observer,
    private readonly faults: HostFaults,
    readonly units: UnitNames,
    private readonly say: (line: string) => void,
  ) {}

  static async on(site: SoakSite, observer: Observer, say: (line: string) => void): Promise<SoakRun> {
    const postgres = await postgresUnit(site.host);
    const units = { postgres, redis: 'redis-server.service', rabbitmq: 'rabbitmq-server.service' };
    const names = Object.fromEntries(DEPENDENCIES.map((dependency) => [units[dependency], dependency]));
    const faults = new HostFaults(site.host, units);
    return new SoakRun(site, observer, faults, { ...names, [KINGFISHER]: 'kingfisher' }, say);
  }

  /** Times that KingFisher went down for certain. */
  get deaths(): number {
    return this.count;
  }

  /** Until everything has happened and the service is well again, or does not become so. */
  async play(happenings: Happening[], signal: AbortSignal): Promise<void> {
    const begun = Date.now();
    for (const happening of happenings) {
      await sleep(Math.max(0, begun + happening.atMs - Date.now()), undefined, { signal });
      this.work.push(this.happen(happening, signal));
    }
    await Promise.all(this.work);
    const deadline = Date.now() + SETTLES_WITHIN_MS;
    while (!this.observer.isWell && Date.now() < deadline) await sleep(500, undefined, { signal });
  }

  async record(): Promise<SoakRecord> {
    const { samples } = this.observer;
    const stops = await unitStops(this.site.host, Object.keys(this.units));
    return { samples, faults: this.spans, ownWork: this.faults.ownWork, unitStops: stops };
  }

  private async happen(happening: Happening, signal: AbortSignal): Promise<void> {
    try {
      if (happening.kind === 'restart') await this.restart(happening.part, happening.crashes);
      else await this.breakAndMend(happening, signal);
    } catch (err) {
      if (!signal.aborted) this.say(`${clock(Date.now())} could not be done: ${String(err).slice(0, 300)}`);
    }
  }

  private async breakAndMend(fault: Happening & { kind: 'fault' }, signal: AbortSignal): Promise<void> {
    const { name } = fault;
    const dependency = HostFaults.dependencyOf(name, fault.dependency);
    // It lasts already.
    if (this.spans.some((span) => span.to === Infinity && span.name === name && !FAULTS[name].mendable)) return;
    const span: FaultSpan = { name, dependency, from: Date.now(), to: Infinity };
    this.spans.push(span);
    this.say(`${clock(span.from)} ${nameOf(span)}`);
    if (FAULTS[name].dies && this.observer.isWell) this.count++;
    try {
      await this.faults.begin(name, dependency, fault.forMs);
    } catch (err) {
      // Half a fault is one that nobody described.
      await this.faults.mend(name, dependency);
      span.to = Date.now();
      throw err;
    }
    const stays = FAULTS[name].mendable ? MENDED_BY_PEOPLE_AFTER_MS : fault.forMs;
    await this.stays(name, stays, signal);
    await this.faults.mend(name, dependency);
    span.to = Date.now();
    if (!FAULTS[name].mendable) this.say(`${clock(span.to)} ${nameOf(span)} is mended`);
  }

  /** What Halcyon mends is over when the service is well. */
  private async stays(name: keyof typeof FAULTS, forMs: number, signal: AbortSignal): Promise<void> {
    const until = Date.now() + forMs;
    let wasDown = false;
    while (Date.now() < until) {
      await sleep(Math.min(500, until - Date.now()), undefined, { signal });
      wasDown ||= !this.observer.isWell;
      if (FAULTS[name].mendable && wasDown && this.observer.isWell) return;
    }
  }

  private async restart(part: Part, crashes: boolean): Promise<void> {
    const { host, stack, monitoring } = this.site;
    this.say(`${clock(Date.now())} ${part} ${crashes ? 'is killed and started' : 'is restarted'}`);
    if (part === 'agent') {
      if (crashes) await host.exec(['systemctl', 'kill', '--signal=KILL', AGENT], { check: false });
      await host.systemctl(crashes ? 'start' : 'restart', AGENT);
      return;
    }
    const daemon = part === 'controller' ? stack.controller : monitoring.alertmanager;
    await (crashes ? daemon.kill() : daemon.stop());
    await daemon.start();
  }
}
