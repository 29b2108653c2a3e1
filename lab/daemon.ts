import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface DaemonOptions {
  /** For messages: `controller`. */
  name: string;
  /** Program and arguments. */
  command: string[];
  /** Its output is appended here. */
  logFile: string;
  /** Whether it is ready to serve; asked until true. */
  isReady: (daemon: Daemon) => boolean | Promise<boolean>;
  env?: NodeJS.ProcessEnv;
  /** @default that of this process */
  cwd?: string;
  /** @default 90 s: a machine that runs a lab may be busy */
  readyWithinMs?: number;
}

const STOP_WITHIN_MS = 10_000;
const POLL_MS = 25;
const SETPRIV = '/usr/bin/setpriv';

/**
 * A long-running program that the lab needs. It never outlives this process: where util-linux is there, the kernel
 * kills it when we die, however that happens.
 */
export class Daemon {
  private child: ChildProcess | undefined;
  private logStart = 0;

  constructor(private readonly options: DaemonOptions) {}

  /** @throws Error with the end of its log when it ends or is not ready in time; nothing is left running then */
  async start(): Promise<this> {
    this.logStart = this.readLog().length;
    this.child = this.spawn();
    try {
      await this.untilReady(this.child);
    } catch (err) {
      await this.kill();
      throw err;
    }
    return this;
  }

  /** For messages. */
  get name(): string {
    return this.options.name;
  }

  /** Of the program itself; undefined where it does not run. */
  get pid(): number | undefined {
    return this.isRunning ? this.child?.pid : undefined;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** What it said since its last start. */
  get log(): string {
    return this.readLog().slice(this.logStart);
  }

  /** Stops it in its tracks (SIGSTOP), or lets it go on (SIGCONT). */
  signal(signal: NodeJS.Signals): void {
    if (!this.isRunning) throw new Error(`${this.options.name} does not run`);
    this.child?.kill(signal);
  }

  /** TERM, and KILL when that does not help. May be called again. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  private async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (child === undefined || !this.isRunning) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await exited;
    clearTimeout(impatience);
  }

  private spawn(): ChildProcess {
    const { command, logFile, env, cwd } = this.options;
    const [program, ...args] = existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL', ...command] : command;
    const log = openSync(logFile, 'a', 0o600);
    try {
      return spawn(program!, args, {
        stdio: ['ignore', log, log],
        env: env ?? process.env,
        ...(cwd === undefined ? {} : { cwd }),
      });
    } finally {
      closeSync(log);
    }
  }

  private async untilReady(child: ChildProcess): Promise<void> {
    const { name, isReady, readyWithinMs = 90_000 } = this.options;
    const deadline = Date.now() + readyWithinMs;
    let failed: Error | undefined;
    child.once('error', (err) => (failed = err));
    while (!(await isReady(this))) {
      if (failed !== undefined) throw new Error(`${name} cannot be started: ${failed.message}`);
      if (!this.isRunning)
        throw new Error(
          `${name} ended at start (exit code ${child.exitCode ?? child.signalCode}):\n${this.lastLines()}`,
        );
      if (Date.now() > deadline)
        throw new Error(`${name} is not ready after ${readyWithinMs} ms:\n${this.lastLines()}`);
      await sleep(POLL_MS);
    }
  }

  private lastLines(): string {
    return this.log.trimEnd().split('\n').slice(-15).join('\n');
  }

  private readLog(): string {
    return existsSync(this.options.logFile) ? readFileSync(this.options.logFile, 'utf8') : '';
  }
}

/** Whether a URL answers 2xx within a second. */
export async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
