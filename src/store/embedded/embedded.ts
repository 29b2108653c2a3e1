import { chmod, mkdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { lockFolder } from './lock';
import { embeddedPlace } from './place';

const THREAD = path.join(__dirname, 'embedded-thread.js');
const AGAIN_AFTER_MS = 5_000;
const STOP_WITHIN_MS = 5_000;

interface Options {
  /** What an engineer should know; the first is said once. */
  onServing?: () => void;
  onTrouble?: (reason: string) => void;
  /** @default the compiled program beside this module: a thread runs no TypeScript */
  program?: string;
}

/**
 * The embedded PostgreSQL of a machine without one, in a thread of this process, which so goes on with its own work while a
 * statement runs. Of several processes over one folder the first serves all, and the next takes its place when it is gone.
 */
export class EmbeddedPostgres {
  private readonly ending = new AbortController();
  private thread: Worker | undefined;
  private readonly done: Promise<void>;

  private constructor(
    private readonly folder: string,
    private readonly options: Options,
  ) {
    this.done = this.keep();
  }

  /** Begins to serve, and goes on until `stop`. Clients that come before it serves are refused, and come again. */
  static start(folder: string, options: Options = {}): EmbeddedPostgres {
    embeddedPlace(folder);
    return new EmbeddedPostgres(folder, options);
  }

  async stop(): Promise<void> {
    this.ending.abort();
    this.thread?.postMessage('stop');
    await Promise.race([this.done, sleep(STOP_WITHIN_MS, undefined, { ref: false })]);
    await this.thread?.terminate();
  }

  private async keep(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      try {
        await this.serveIfFirst();
      } catch (err) {
        this.options.onTrouble?.(err instanceof Error ? err.message : String(err));
      }
      await sleep(AGAIN_AFTER_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  private async serveIfFirst(): Promise<void> {
    const { data, socket } = embeddedPlace(this.folder);
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    // Whoever can open the socket can read and write all of it.
    await chmod(this.folder, 0o700);
    const unlock = await lockFolder(this.folder);
    if (unlock === undefined) return;
    try {
      // Left by a process that was killed.
      await rm(socket, { force: true });
      await this.serve({ data, socket });
    } finally {
      unlock();
    }
  }

  private async serve(place: { data: string; socket: string }): Promise<void> {
    const program = this.options.program ?? THREAD;
    if (!existsSync(program)) throw new Error(`${program} is missing: build Halcyon first (npm run build)`);
    const thread = new Worker(program, { workerData: place });
    this.thread = thread;
    await new Promise<void>((resolve, reject) => {
      thread.on('message', () => this.options.onServing?.());
      thread.once('error', reject);
      thread.once('exit', () => resolve());
      if (this.ending.signal.aborted) thread.postMessage('stop');
    }).finally(() => (this.thread = undefined));
    if (!this.ending.signal.aborted) throw new Error('the embedded PostgreSQL ended by itself');
  }
}
