import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { SearchAttributeType } from '@temporalio/common';
import type { SearchAttributeKey } from '@temporalio/common/lib/search-attributes';
import { searchAttributes as halcyonAttributes } from '../../src/shared/search-attributes';
import { Daemon } from '../daemon';
import { ensureTemporalCli } from '../../src/temporal/dev/executables';
import type { OnProgress } from '../../src/temporal/dev/executables';
import { freePorts, isFree } from './ports';
import { isServing } from './serving';

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

const ATTRIBUTE_TYPES = {
  TEXT: 'Text',
  KEYWORD: 'Keyword',
  INT: 'Int',
  DOUBLE: 'Double',
  BOOL: 'Bool',
  DATETIME: 'Datetime',
  KEYWORD_LIST: 'KeywordList',
} as const satisfies Record<SearchAttributeType, string>;

/** What makes a single-node server answer in milliseconds; the values are JSON. */
const TUNING = [
  ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
  ...['--dynamic-config-value', 'history.transferProcessorMaxPollRPS=200'],
  ...['--dynamic-config-value', 'history.workflowIdReuseMinimalInterval="0s"'],
  // Each host has a queue of its own, which four partitions make neither faster nor safer, only four times as large.
  ...['--dynamic-config-value', 'matching.numTaskqueueReadPartitions=1'],
  ...['--dynamic-config-value', 'matching.numTaskqueueWritePartitions=1'],
  // Each poll of an agent that waits for work counts; 1,200 are few for hundreds of agents.
  ...['--dynamic-config-value', 'frontend.namespaceCount=10000'],
];

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
    command: [executable, ...serverArguments(options, port, uiPort)],
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

function serverArguments(options: TemporalOptions, port: number, uiPort: number | null): string[] {
  const attributes = options.searchAttributes ?? Object.values(halcyonAttributes);
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port)],
    ...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']),
    ...['--db-filename', path.join(options.directory, 'temporal.db'), '--log-level', 'warn'],
    ...TUNING,
    ...attributes.flatMap((key) => ['--search-attribute', `${key.name}=${ATTRIBUTE_TYPES[key.type]}`]),
  ];
}
