import { readFile, readdir, readlink } from 'node:fs/promises';
import { forEach } from '../each';
import { addressOf } from './connections';

const LISTEN = '0A';
/** Everything of 127.0.0.0/8, `::1`, and the first in the clothes of IPv6. */
const LOOPBACK = /^(?:127\.|\[::1\])/;

/** A TCP socket that listens. */
export interface ListeningSocket {
  /** `0.0.0.0:8201`, `[::]:22` */
  address: string;
  port: number;
  isLoopback: boolean;
  /** Of one that holds it; null where this process may not see it. */
  process: { pid: number; name: string } | null;
}

/** All that listen in this network namespace; undefined where the host does not say. */
export async function readListeners(): Promise<ListeningSocket[] | undefined> {
  const read = ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'latin1').catch(() => undefined));
  const tables = (await Promise.all(read)).filter((table) => table !== undefined);
  if (tables.length === 0) return undefined;
  const sockets = tables.flatMap(listeningIn);
  const holders = await holdersOf(new Set(sockets.map(({ inode }) => inode)));
  return sockets.map(({ local, inode }) => {
    const address = addressOf(local);
    const port = Number(address.slice(address.lastIndexOf(':') + 1));
    return { address, port, isLoopback: LOOPBACK.test(address), process: holders.get(inode) ?? null };
  });
}

/** Lines such as `0: 0100007F:2009 00000000:0000 0A … inode …` */
function listeningIn(table: string): { local: string; inode: string }[] {
  return table.split('\n').flatMap((line) => {
    const [, local, , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    return local !== undefined && state === LISTEN ? [{ local, inode }] : [];
  });
}

async function holdersOf(inodes: Set<string>): Promise<Map<string, { pid: number; name: string }>> {
  const holders = new Map<string, { pid: number; name: string }>();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  await forEach(pids, undefined, async (pid) => {
    const fds = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const fd of fds) {
      const link = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
      if (inode === undefined || !inodes.has(inode) || holders.has(inode)) continue;
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      holders.set(inode, { pid: Number(pid), name: name.trim() });
    }
  });
  return holders;
}
