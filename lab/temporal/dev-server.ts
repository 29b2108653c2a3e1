import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SearchAttributeType } from '@temporalio/common';
import type { SearchAttributeKey } from '@temporalio/common/lib/search-attributes';
import { searchAttributes as halcyonAttributes } from '../../src/shared/search-attributes';
import { findOnPath } from './command';
import { ensureTemporalCli } from './executables';
import type { OnProgress } from './executables';
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
  /** Ends it in an orderly way; at once when it does not end within 10 s. No error when it is down. */
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Stops it where it runs, and starts it on the same ports and the same database. */
  restart(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 25;
const LOG_LINES = 15;

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
  const command = [executable, ...serverArguments(options, port, uiPort)];
  const address = `127.0.0.1:${port}`;
  const log = path.join(options.directory, 'temporal.log');
  let child = await start(command, address, log);
  return {
    address,
    uiUrl: uiPort === null ? null : `http://127.0.0.1:${uiPort}`,
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
    restart: async () => {
      await end(child, 'SIGTERM');
      child = await start(command, address, log);
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

async function start(command: string[], address: string, log: string): Promise<ChildProcess> {
  // Otherwise whoever sits there would be taken for the new server.
  if (!(await isFree(Number(address.split(':')[1])))) throw new Error(`${address} is in use`);
  const child = await spawnServer(command, log);
  try {
    await untilServing(child, address);
    return child;
  } catch (err) {
    await end(child, 'SIGKILL');
    throw new Error(`${(err as Error).message}\n${await lastLines(log)}`, { cause: err });
  }
}

async function spawnServer(command: string[], log: string): Promise<ChildProcess> {
  const [program = '', ...args] = diesWithParent(command);
  const output = await open(log, 'a');
  try {
    const child = spawn(program, args, { stdio: ['ignore', output.fd, output.fd] });
    await once(child, 'spawn');
    return child;
  } finally {
    await output.close();
  }
}

/** A killed parent cannot clean up; where the kernel can do it, it does. */
function diesWithParent(command: string[]): string[] {
  const setpriv = process.platform === 'linux' ? findOnPath('setpriv') : null;
  return setpriv === null ? command : [setpriv, '--pdeathsig', 'KILL', ...command];
}

async function untilServing(child: ChildProcess, address: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!hasEnded(child)) {
    if (await isServing(address)) return;
    if (Date.now() > deadline)
      throw new Error(`Temporal does not serve ${address} within ${START_TIMEOUT_MS / 1000} s`);
    await sleep(POLL_MS);
  }
  throw new Error(`Temporal ended at start (exit code ${child.exitCode ?? child.signalCode})`);
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function lastLines(log: string): Promise<string> {
  return (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-LOG_LINES).join('\n');
}
