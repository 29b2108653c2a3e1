import { setTimeout as sleep } from 'node:timers/promises';
import { escalationId, guardId } from '../../src/shared/ids';
import { resetRun } from '../temporal/reset';
import type { OpenIncidents } from './open-incidents';
import { strikes } from './plan';
import type { Strike, Victim } from './plan';
import type { PagedIncident } from './record';
import type { ChaosSite } from './site';

/** A call of a server that was just killed does not answer. */
const CALL_MS = 10_000;

/** Strikes by the seed until it is told to stop: one at a time, so that each victim is up again before the next. */
export class Strikes {
  readonly counts: Partial<Record<Victim, number>> = {};

  constructor(
    private readonly site: ChaosSite,
    private readonly incidents: OpenIncidents,
    private readonly say: (line: string) => void,
  ) {}

  get total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  /** Resolves when `isOver` is aborted, with everything up. */
  async run(seed: number, isOver: AbortSignal): Promise<void> {
    const next = strikes(seed);
    while (!isOver.aborted) {
      const strike = next();
      await sleep(strike.afterMs, undefined, { signal: isOver }).catch(() => undefined);
      if (isOver.aborted) break;
      await this.strike(strike);
      await this.supervise();
    }
  }

  /** What ended by itself begins again, as systemd would have it; what does not start is started after the next strike. */
  async supervise(): Promise<void> {
    const { stack, hosts } = this.site;
    for (const daemon of [stack.controller, stack.intake, ...hosts.map(({ agent }) => agent)]) {
      if (daemon.isRunning) continue;
      this.say(`${daemon.name} had ended by itself, and is started`);
      await daemon.start().catch((err: unknown) => this.say(String(err)));
    }
  }

  private async strike({ victim, draw }: Strike): Promise<void> {
    try {
      const what = await this.blow(victim, draw);
      if (what === null) return;
      this.counts[victim] = (this.counts[victim] ?? 0) + 1;
      this.say(what);
    } catch (err) {
      // It was not there any more, or not yet.
      this.say(`${victim} could not be struck: ${String(err).slice(0, 200)}`);
    }
  }

  /** What was done, in words; null where there was nothing to strike at. */
  private async blow(victim: Victim, draw: number): Promise<string | null> {
    const { stack, hosts } = this.site;
    const host = hosts[Math.floor(draw * hosts.length)]!;
    switch (victim) {
      case 'controller':
        await stack.controller.kill();
        await stack.controller.start();
        return 'the controller was killed and started';
      case 'agent':
        await host.killAgent();
        await host.agent.start();
        return `the agent of ${host.name} was killed and started`;
      case 'server':
        await stack.temporal.kill();
        await stack.temporal.restart();
        return 'Temporal was killed and started';
      case 'guard':
        await this.calling(() => this.handle(guardId(host.name)).terminate('chaos'));
        return `the guard of ${host.name} was terminated`;
      case 'clockCancelled':
        return await this.blowOne(draw, 'cancelled the clock of', ({ workflowId }) =>
          this.clockOf(workflowId).cancel(),
        );
      case 'clockTerminated':
        return await this.blowOne(draw, 'terminated the clock of', ({ workflowId }) =>
          this.clockOf(workflowId).terminate('chaos'),
        );
      case 'incidentReset':
        return await this.blowOne(draw, 'reset', async (incident) => {
          incident.runs.push(await resetRun(stack.client, incident.workflowId));
        });
    }
  }

  private async blowOne(
    draw: number,
    what: string,
    blow: (incident: PagedIncident) => Promise<unknown>,
  ): Promise<string | null> {
    let struck = '';
    await this.incidents.strike(draw, async (incident) => {
      await this.calling(() => blow(incident));
      struck = `${what} ${incident.workflowId}`;
    });
    return struck === '' ? null : struck;
  }

  private async calling<T>(call: () => Promise<T>): Promise<T> {
    return await this.site.stack.client.withDeadline(Date.now() + CALL_MS, call);
  }

  private handle(workflowId: string) {
    return this.site.stack.client.workflow.getHandle(workflowId);
  }

  private clockOf(workflowId: string) {
    return this.handle(escalationId(workflowId));
  }
}
