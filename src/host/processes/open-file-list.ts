import { readdir, readlink } from 'node:fs/promises';
import type { OpenFileList } from '../../shared/topics/held-files';
import type { Redact } from '../redact';
import { readTcpSockets } from './connections';
import type { TcpSocket } from './connections';
import { observeOpenFiles } from './open-files';

/** However many it holds open, so many are looked at. */
const LOOKED_AT_MOST = 10_000;
const FILES_TOLD = 40;
const CONNECTIONS_TOLD = 30;
const PATH_CHARACTERS = 200;
const DELETED = ' (deleted)';

/**
 * What a process holds open, by kind. Linux only.
 *
 * @throws HostError `ObservationFailed` where the process is gone, or the host does not let us see it
 */
export async function listHeldFiles(pid: number, redact: Redact): Promise<OpenFileList> {
  const { open, limit } = await observeOpenFiles(pid);
  const folder = `/proc/${pid}/fd`;
  const fds = (await readdir(folder).catch(() => [])).slice(0, LOOKED_AT_MOST);
  const links = await Promise.all(fds.map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
  const known = links.filter((link) => link !== '');
  const paths = known.filter((link) => link.startsWith('/'));
  const files = counted(paths.map((path) => redact(path, PATH_CHARACTERS)));
  const ofSockets = describeSockets(known.flatMap(inodeOf), await readTcpSockets(pid));
  const pipes = known.filter((link) => link.startsWith('pipe:')).length;
  const sockets = known.flatMap(inodeOf).length;
  return {
    pid,
    open,
    limit,
    files: files.slice(0, FILES_TOLD).map(([path, times]) => ({ path, times })),
    moreFiles: Math.max(0, files.length - FILES_TOLD),
    deleted: paths.filter((path) => path.endsWith(DELETED)).length,
    pipes,
    others: known.length - paths.length - pipes - sockets,
    ...ofSockets,
  };
}

function inodeOf(link: string): string[] {
  const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
  return inode === undefined ? [] : [inode];
}

function describeSockets(inodes: string[], sockets: ReadonlyMap<string, TcpSocket>) {
  const tcp = inodes.flatMap((inode) => sockets.get(inode) ?? []);
  const listens = tcp.filter(({ state }) => state === 'listen').map(({ localPort }) => localPort);
  const others = tcp.filter(({ state }) => state !== 'listen').map(({ remote, state }) => `${remote} ${state}`);
  const connections = counted(others).map(([text, times]) => {
    const [remote = '', state = ''] = text.split(' ');
    return { remote, state, times };
  });
  return {
    listens: [...new Set(listens)].sort((a, b) => a - b),
    connections: connections.slice(0, CONNECTIONS_TOLD),
    moreConnections: Math.max(0, connections.length - CONNECTIONS_TOLD),
    otherSockets: inodes.length - tcp.length,
  };
}

/** Each once, with how often it was there, the most first. */
function counted(texts: string[]): [string, number][] {
  const times = new Map<string, number>();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  return [...times].sort(([a, many], [b, few]) => few - many || a.localeCompare(b));
}
