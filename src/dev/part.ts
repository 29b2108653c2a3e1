import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONFIG_EXIT_CODE } from '../config';
import type { Say } from './log';

export interface PartOptions {
  /** As the log calls it: `controller`. */
  name: string;
  /** Program and arguments. */
  command: string[];
  env: NodeJS.ProcessEnv;
  /** Asked until it is true. */
  isReady: (part: Part) => boolean | Promise<boolean>;
  say: Say;
  /** How long a part that died waits for its next start. @default 1 s, as its unit of systemd does */
  againAfterMs?: number;
}

const READY_WITHIN_MS = 120_000;
const POLL_MS = 100;
const STOP_WITHIN_MS = 20_000;
/** A part that dies more often than this within `OFTEN_WITHIN_MS` does not run: starting it again hides why. */
const OFTEN = 5;
const OFTEN_WITHIN_MS = 60_000;
const LAST_LINES = 15;
/** The kernel ends the part when we are gone, however that happens. */
const SETPRIV = '/usr/bin/setpriv';

/** One process of `halcyon dev`, started again when it dies. */
export class Part {
  private child: ChildProcess | undefined;
  private isStopping = false;
  private wasReady = false;
  private readonly lines: string[] = [];
  private readonly deaths: number[] = [];
  private fail!: (reason: Error) => void;

  /** Rejects when it cannot go on, with the reason and its last lines. */
  readonly failed = new Promise<never>((_resolve, reject) => (this.fail = reject));

  constructor(private readonly options: PartOptions) {
    // Whoever waits for it hears of it.
    this.failed.catch(() => undefined);
  }

  get name(): string {
    return this.options.name;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts it, and resolves when it is ready. */
  async start(): Promise<void> {
    this.spawn();
    await Promise.race([this.untilReady(), this.failed]);
    this.wasReady = true;
  }

  /** Whether one of its lines has this in it. */
  hasSaid(text: string): boolean {
    return this.lines.some((line) => line.includes(text));
  }

  /** TERM, and KILL where that does not help. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const { child } = this;
    if (child === undefined || hasEnded(child)) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await exited;
    clearTimeout(impatience);
  }

  /** At once, and without saying good-bye. */
  kill(): void {
    this.isStopping = true;
    this.child?.kill('SIGKILL');
  }

  private spawn(): void {
    if (this.isStopping) return;
    const { command, env, say, name } = this.options;
    const [program, ...args] = existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL', ...command] : command;
    // A session of its own: Ctrl-C is for us, who end the parts one after the other.
    const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'pipe'], env, detached: true });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        this.remember(line);
        // While it ends, Temporal complains of its own parts that are gone.
        if (line !== '' && !this.isStopping) say(name, line);
      });
    }
    child.once('error', (err) => this.fail(new Error(`${name} cannot be started: ${err.message}`)));
    // Its last lines come before its end.
    child.once('close', (code, signal) => this.ended(signal ?? `exit code ${code}`, code));
  }

  private remember(line: string): void {
    this.lines.push(line);
    // What it said when it became ready is asked for until then.
    if (this.wasReady && this.lines.length > LAST_LINES) this.lines.shift();
  }

  private ended(how: string, code: number | null): void {
    if (this.isStopping) return;
    const { name, say, againAfterMs = 1_000 } = this.options;
    if (!this.wasReady) return this.giveUp(`ended at its start (${how})`);
    if (code === CONFIG_EXIT_CODE) return this.giveUp('cannot use its configuration');
    const since = Date.now() - OFTEN_WITHIN_MS;
    this.deaths.push(Date.now());
    if (this.deaths.filter((at) => at > since).length > OFTEN) {
      return this.giveUp(`ended ${OFTEN + 1} times within a minute, the last time with ${how}`);
    }
    say(name, `ended (${how}); it is started again`);
    setTimeout(() => this.spawn(), againAfterMs);
  }

  private giveUp(what: string): void {
    const last = this.lines.slice(-LAST_LINES).map((line) => `  ${line}`);
    this.fail(new Error([`${this.options.name} ${what}${last.length > 0 ? ':' : ''}`, ...last].join('\n')));
  }

  private async untilReady(): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!(await this.options.isReady(this))) {
      if (this.isStopping) return;
      if (Date.now() > deadline) this.giveUp(`is not ready after ${READY_WITHIN_MS / 1_000} s`);
      await sleep(POLL_MS);
    }
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
