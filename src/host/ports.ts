import { readFile, readdir, readlink } from 'node:fs/promises';
import net from 'node:net';

const LISTEN = '0A';
const CONNECT_TIMEOUT_MS = 500;

export interface Listener {
  listening: boolean;
  /** Processes that hold the listening socket, as far as the host lets us see them. */
  pids: number[];
}

/** The port of a URL, with the scheme's own where it names none. */
export function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}

/** Who listens on this TCP port, on any address. */
export async function findListener(port: number): Promise<Listener> {
  const inodes = await listeningSockets(port);
  if (inodes === undefined) return { listening: await connects(port), pids: [] };
  return { listening: inodes.size > 0, pids: inodes.size === 0 ? [] : await holders(inodes) };
}

/** Inodes of the listening sockets; `undefined` where there is no /proc/net. */
async function listeningSockets(port: number): Promise<Set<string> | undefined> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'latin1').catch(() => undefined)),
  );
  if (tables.every((table) => table === undefined)) return undefined;
  return new Set(tables.flatMap((table) => (table ?? '').split('\n').flatMap((line) => socketOf(line, port))));
}

/** `0: 0100007F:2009 00000000:0000 0A … inode …` */
function socketOf(line: string, port: number): string[] {
  const fields = line.trim().split(/\s+/);
  const [, local, , state] = fields;
  if (local === undefined || state !== LISTEN) return [];
  return parseInt(local.slice(local.lastIndexOf(':') + 1), 16) === port ? [fields[9] ?? ''] : [];
}

async function holders(inodes: Set<string>): Promise<number[]> {
  const wanted = new Set([...inodes].map((inode) => `socket:[${inode}]`));
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(async (pid) => ((await holds(pid, wanted)) ? [Number(pid)] : [])));
  return found.flat();
}

async function holds(pid: string, wanted: Set<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  for (const fd of await readdir(folder).catch(() => [])) {
    if (wanted.has(await readlink(`${folder}/${fd}`).catch(() => ''))) return true;
  }
  return false;
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1', timeout: CONNECT_TIMEOUT_MS });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}
