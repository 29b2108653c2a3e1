import { readFile } from 'node:fs/promises';

/** TCP's states, by their numbers in /proc/net/tcp. */
const STATES: Readonly<Record<string, string>> = {
  '01': 'established',
  '02': 'syn-sent',
  '03': 'syn-received',
  '04': 'fin-wait-1',
  '05': 'fin-wait-2',
  '06': 'time-wait',
  '07': 'close',
  '08': 'close-wait',
  '09': 'last-ack',
  '0A': 'listen',
  '0B': 'closing',
};

/** One TCP socket of a network namespace. */
export interface TcpSocket {
  localPort: number;
  /** `127.0.0.1:5432`, `[::1]:5432` */
  remote: string;
  state: string;
}

/** Those that this process can see, by inode. Empty where the host has no /proc. */
export async function readTcpSockets(pid: number): Promise<Map<string, TcpSocket>> {
  const tables = ['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'latin1').catch(() => ''));
  return new Map((await Promise.all(tables)).flatMap(parseTcpTable));
}

/** Lines such as `0: 0100007F:2009 00000000:0000 0A … inode …` */
export function parseTcpTable(table: string): [string, TcpSocket][] {
  return table.split('\n').flatMap((line): [string, TcpSocket][] => {
    const [, local = '', remote = '', state = '', , , , , , inode] = line.trim().split(/\s+/);
    if (inode === undefined || !/^[0-9A-F]{2}$/.test(state)) return [];
    return [[inode, { localPort: portOf(local), remote: addressOf(remote), state: STATES[state] ?? state }]];
  });
}

function portOf(end: string): number {
  return parseInt(end.slice(end.lastIndexOf(':') + 1), 16);
}

/** The address stands in words of four bytes, each from its last byte: `127.0.0.1:5432`, `[::1]:5432`. */
export function addressOf(end: string): string {
  const [hex = ''] = end.split(':');
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  const isMapped = bytes.length === 16 && bytes.slice(0, 12).join('') === '00000000000000000000FFFF';
  const v4 = isMapped ? bytes.slice(12) : bytes;
  if (v4.length === 4) return `${v4.map((byte) => parseInt(byte, 16)).join('.')}:${portOf(end)}`;
  const groups = bytes
    .map((byte, at) => (at % 2 === 0 ? `${byte}${bytes[at + 1]}` : ''))
    .filter((group) => group !== '');
  // The URL's own way of writing one: the longest run of zeros is left out.
  return `${new URL(`http://[${groups.join(':')}]`).hostname}:${portOf(end)}`;
}
