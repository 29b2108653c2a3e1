import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Daemon } from '../daemon';
import { environmentOf } from './compose-file';
import type { Service } from './compose-file';
import { NOT_RUN, programOf } from './programs';
import { mountVolumes } from './root';

const LOGS = '/run';
const CHECK_EVERY_MS = 500;
const CHECK_WITHIN_MS = 60_000;
/** All of them start at the same time. */
const HEALTHY_WITHIN_MS = 300_000;
const END_WITHIN_MS = 120_000;

/** The services of docker-compose.yml as processes, started as Compose does: each after what it depends on. */
export class RunningServices {
  private readonly started = new Map<string, Promise<void>>();
  private readonly daemons: Daemon[] = [];

  constructor(
    private readonly services: Record<string, Service>,
    private readonly envFiles: Record<string, string>,
    private readonly say: (line: string) => void,
  ) {}

  /** Every service that this machine has a program for. */
  async startAll(): Promise<void> {
    await Promise.all(Object.keys(this.services).map((name) => this.start(name)));
  }

  async stop(): Promise<void> {
    for (const daemon of this.daemons.reverse()) await daemon.stop();
  }

  private async start(name: string): Promise<void> {
    const known = this.started.get(name);
    if (known !== undefined) return await known;
    const starting = this.startAfterOthers(name);
    this.started.set(name, starting);
    await starting;
  }

  private async startAfterOthers(name: string): Promise<void> {
    const service = this.services[name]!;
    await Promise.all(Object.keys(service.depends_on ?? {}).map((other) => this.start(other)));
    const env = { ...environmentOf(service, this.envFiles), PATH: process.env['PATH'], HOME: '/tmp' } as Record<
      string,
      string
    >;
    mountVolumes(service);
    const command = programOf(name, service, env);
    if (command === undefined) return this.say(`${name}: not run: ${NOT_RUN[name]}`);
    if (service.healthcheck === undefined) await this.runToItsEnd(command, env);
    else await this.keep(name, command, env, service.healthcheck.test);
    this.say(`${name}: ${service.healthcheck === undefined ? 'ended' : 'healthy'}`);
  }

  private async runToItsEnd([program = '', ...args]: string[], env: Record<string, string>): Promise<void> {
    await promisify(execFile)(program, args, { env, timeout: END_WITHIN_MS });
  }

  private async keep(name: string, command: string[], env: Record<string, string>, check: string[]): Promise<void> {
    const daemon = new Daemon({
      name,
      command,
      env,
      cwd: '/app',
      readyWithinMs: HEALTHY_WITHIN_MS,
      logFile: join(LOGS, `${name}.log`),
      isReady: () => isHealthy(name, check, env),
    });
    this.daemons.push(daemon);
    await daemon.start();
  }
}

/** The service's own health check. */
async function isHealthy(name: string, [kind, ...check]: string[], env: Record<string, string>): Promise<boolean> {
  if (kind !== 'CMD') throw new Error(`${name}: a health check is a list that begins with CMD`);
  const [program = '', ...args] = check;
  try {
    await promisify(execFile)(program, args, { env, cwd: '/app', timeout: CHECK_WITHIN_MS });
    return true;
  } catch {
    await sleep(CHECK_EVERY_MS);
    return false;
  }
}
