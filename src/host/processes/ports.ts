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

/** TCP ports on which these processes listen, ascending, as far as the host lets us see it. */
export async function findPorts(pids: number[]): Promise<number[]> {
  const sockets = (await tables())?.flatMap(parseListening) ?? [];
  const held = await Promise.all(
    pids.map(async (pid) => {
      const links = await linksOf(String(pid));
      return sockets.filter(({ inode }) => links.has(`socket:[${inode}]`)).map(({ port }) => port);
    }),
  );
  return [...new Set(held.flat())].sort((a, b) => a - b);
}

/** Inodes of the listening sockets; `undefined` where there is no /proc/net. */
async function listeningSockets(port: number): Promise<Set<string> | undefined> {
  const sockets = (await tables())?.flatMap(parseListening);
  if (sockets === undefined) return undefined;
  return new Set(sockets.filter((socket) => socket.port === port).map(({ inode }) => inode));
}

async function tables(): Promise<string[] | undefined> {
  const read = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'latin1').catch(() => undefined)),
  );
  const found = read.filter((table) => table !== undefined);
  return found.length === 0 ? undefined : found;
}

/** Lines such as `0: 0100007F:2009 00000000:0000 0A … inode …` */
function parseListening(table: string): { port: number; inode: string }[] {
  return table.split('\n').flatMap((line) => {
    const [, local, , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    if (local === undefined || state !== LISTEN) return [];
    return [{ port: parseInt(local.slice(local.lastIndexOf(':') + 1), 16), inode }];
  });
}

async function holders(inodes: Set<string>): Promise<number[]> {
  const wanted = new Set([...inodes].map((inode) => `socket:[${inode}]`));
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(async (pid) => ((await holds(pid, wanted)) ? [Number(pid)] : [])));
  return found.flat();
}

async function holds(pid: string, wanted: Set<string>): Promise<boolean> {
  const links = await linksOf(pid);
  return [...wanted].some((socket) => links.has(socket));
}

async function linksOf(pid: string): Promise<Set<string>> {
  const folder = `/proc/${pid}/fd`;
  const fds = await readdir(folder).catch(() => []);
  return new Set(await Promise.all(fds.map((fd) => readlink(`${folder}/${fd}`).catch(() => ''))));
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
