import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { SearchAttributeType } from '@temporalio/common';
import type { SearchAttributeKey } from '@temporalio/common/lib/search-attributes';
import { Daemon } from '../daemon';
import { ensureTemporalCli } from '../../src/temporal/dev/executables';
import type { OnProgress } from '../../src/temporal/dev/executables';
import { freePorts, isFree } from './ports';
import { devServerArguments } from '../../src/temporal/dev/server-arguments';
import { isServing } from '../../src/temporal/dev/serving';

export interface TemporalOptions {
  /** Keeps the database and the log; made when missing. A database found there is carried on. */
  directory: string;
  /** A free one when absent. */
  port?: number;
  /** A free one when absent. */
  uiPort?: number;
  /** @default whether `uiPort` is given */
  ui?: boolean;
  /** @default Halcyon's own */
  searchAttributes?: readonly SearchAttributeKey<SearchAttributeType>[];
  onProgress?: OnProgress;
}

/** A development server on loopback with its state in a file. */
export interface TemporalServer {
  /** `127.0.0.1:7233` */
  address: string;
  uiUrl: string | null;
  /** Undefined where it does not run. */
  readonly pid: number | undefined;
  /** Ends it in an orderly way; at once when it does not end within 10 s. No error when it is down. */
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Stops it where it runs, and starts it on the same ports and the same database. */
  restart(): Promise<void>;
}

/**
 * Starts a Temporal development server and waits until it serves. It dies with this process at the latest.
 *
 * @throws Error with the end of the server's log when it does not come up; nothing is left running then
 */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  const executable = await ensureTemporalCli(options.onProgress);
  await mkdir(options.directory, { recursive: true });
  const [freePort = 0, freeUiPort = 0] = await freePorts(2);
  const port = options.port ?? freePort;
  const uiPort = (options.ui ?? options.uiPort !== undefined) ? (options.uiPort ?? freeUiPort) : null;
  const address = `127.0.0.1:${port}`;
  const server = new Daemon({
    name: 'Temporal',
    command: [
      executable,
      ...devServerArguments({
        port,
        uiPort,
        databaseFile: path.join(options.directory, 'temporal.db'),
        ...(options.searchAttributes === undefined ? {} : { searchAttributes: options.searchAttributes }),
      }),
    ],
    logFile: path.join(options.directory, 'temporal.log'),
    isReady: () => isServing(address),
  });
  const start = async () => {
    // Otherwise whoever sits there would be taken for the new server.
    if (!(await isFree(port))) throw new Error(`${address} is in use`);
    await server.start();
  };
  await start();
  return {
    address,
    uiUrl: uiPort === null ? null : `http://127.0.0.1:${uiPort}`,
    get pid() {
      return server.pid;
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
    restart: async () => {
      await server.stop();
      await start();
    },
  };
}
