import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import type { NativeConnection } from '@temporalio/worker';
import { forEachLimited } from '../../src/intake/limited';
import type { StandingReading, WatchRequest } from '../../src/shared/observations/standing';
import { hostTaskQueue } from '../../src/shared/task-queues';
import { ScriptedHost } from '../../src/simulate/script/scripted-host';

const STARTED_AT_ONCE = 16;
const LOOK_EVERY_MS = 1_000;

/** Hosts whose KingFisher is down until it is restarted, each with an agent of its own, all in this process. */
export class SimulatedAgents {
  readonly hosts = new Map<string, ScriptedHost>();
  /** Of all of them, so far. Each is a call to the server. */
  beats = 0;
  private readonly workers: Worker[] = [];
  private running: Promise<unknown> = Promise.resolve();

  /** @param names of the hosts */
  static async start(connection: NativeConnection, names: readonly string[]): Promise<SimulatedAgents> {
    const agents = new SimulatedAgents();
    await forEachLimited(names, STARTED_AT_ONCE, (name) => agents.add(connection, name));
    agents.running = Promise.all(agents.workers.map((worker) => worker.run()));
    return agents;
  }

  async stop(): Promise<void> {
    // One that failed has ended already; what it failed with comes with the rest.
    for (const worker of this.workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await this.running;
  }

  private async add(connection: NativeConnection, name: string): Promise<void> {
    const host = new ScriptedHost();
    host.up.kingfisher = false;
    this.hosts.set(name, host);
    const worker = await Worker.create({
      connection,
      taskQueue: hostTaskQueue(name),
      activities: { ...host.activities(), watchReading: (wanted: WatchRequest) => this.watch(host, wanted) },
      // There are as many of them as hosts.
      maxConcurrentActivityTaskPolls: 1,
      shutdownGraceTime: 0,
    });
    this.workers.push(worker);
  }

  /** As a real agent: the look lasts until there is something to tell. */
  private async watch(host: ScriptedHost, wanted: WatchRequest): Promise<StandingReading> {
    const { cancellationSignal, info, heartbeat } = Context.current();
    const beat = () => {
      this.beats += 1;
      heartbeat();
    };
    const beating = setInterval(beat, (info.heartbeatTimeoutMs ?? 3_000) / 3);
    try {
      for (;;) {
        const reading = host.reading(wanted);
        if (reading.ended !== 'unchanged') return reading;
        await sleep(LOOK_EVERY_MS, undefined, { signal: cancellationSignal });
      }
    } finally {
      clearInterval(beating);
    }
  }
}
