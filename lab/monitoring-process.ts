import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ServerCommand {
  /** For messages: `prometheus`. */
  name: string;
  command: string;
  args: string[];
  /** Output of the server goes here. */
  logFile: string;
  /** Answers 2xx when the server is ready. */
  readyUrl: string;
}

export interface RunningServer {
  /** TERM, then KILL; resolves when the process is gone. May be called again. */
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 5_000;
const POLL_MS = 50;
const SETPRIV = '/usr/bin/setpriv';

/**
 * Starts a server and waits until it answers. Where util-linux is there, the kernel kills it when this process dies,
 * however that happens.
 *
 * Errors: the server ended or was not ready in time; the message carries the end of its log. It is not left running.
 */
export async function startServer(server: ServerCommand): Promise<RunningServer> {
  const child = spawnServer(server);
  const exited = exitOf(child);
  const stop = (): Promise<void> => stopChild(child, exited);
  try {
    await untilReady(server, exited);
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

/** Loopback ports that nobody listens on at the moment, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listenAnywhere));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

function listenAnywhere(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => resolve(server));
  });
}

function spawnServer({ command, args, logFile }: ServerCommand): ChildProcess {
  const [program, ...rest] = existsSync(SETPRIV)
    ? [SETPRIV, '--pdeathsig', 'KILL', command, ...args]
    : [command, ...args];
  const log = openSync(logFile, 'w', 0o600);
  try {
    return spawn(program!, rest, { stdio: ['ignore', log, log] });
  } finally {
    closeSync(log);
  }
}

/** Resolves, never rejects, with how the process ended. */
function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit status ${code}` : `signal ${signal}`));
  });
}

async function untilReady(server: ServerCommand, exited: Promise<string>): Promise<void> {
  let ended: string | undefined;
  void exited.then((how) => (ended = how));
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await answers(server.readyUrl))) {
    if (ended !== undefined) throw new Error(`${server.name} ended (${ended}): ${logTail(server.logFile)}`);
    if (Date.now() > deadline) throw new Error(`${server.name} is not ready: ${logTail(server.logFile)}`);
    await sleep(POLL_MS);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

function logTail(logFile: string): string {
  return readFileSync(logFile, 'utf8').trim().split('\n').slice(-5).join('\n');
}

async function stopChild(child: ChildProcess, exited: Promise<string>): Promise<void> {
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await exited;
  clearTimeout(impatience);
}
