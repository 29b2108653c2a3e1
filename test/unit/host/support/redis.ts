import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo } from 'node:net';

export interface PlayedRedis {
  url: string;
  /** Keys that it was told to take away. */
  unlinked: string[];
  /** Commands that it was given, in small letters. */
  asked: string[];
  close(): void;
}

/** A Redis that calls all its keys a match, whatever the pattern. `endless`: its scans never come to their end. */
export async function playRedis(keys: string[], { endless = false } = {}): Promise<PlayedRedis> {
  const unlinked: string[] = [];
  const asked: string[] = [];
  const answers: Record<string, (args: string[]) => string> = {
    scan: () => list([bulk(endless ? '7' : '0'), list(keys.map(bulk))]),
    dbsize: () => `:${keys.length}\r\n`,
    unlink: (args) => `:${unlinked.push(...args)}\r\n`,
    // So that the client asks nothing about loading.
    info: () =>
      bulk(`redis_version:7.0.0\r\nloading:0\r\nmaxmemory:0\r\ndb1:keys=${keys.length},expires=1,avg_ttl=0\r\n`),
  };
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      for (const [name, ...args] of commandsOf(data.toString('utf8'))) {
        asked.push(name!.toLowerCase());
        socket.write(answers[name!.toLowerCase()]?.(args) ?? '+OK\r\n');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `redis://127.0.0.1:${port}/0`, unlinked, asked, close: () => server.close() };
}

/** Commands as clients send them: lists of texts, each after its length. */
function commandsOf(text: string): string[][] {
  const commands: string[][] = [];
  for (const line of text.split('\r\n')) {
    if (/^\*\d+$/.test(line)) commands.push([]);
    else if (line !== '' && !/^\$\d+$/.test(line)) commands.at(-1)?.push(line);
  }
  return commands;
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

function list(items: string[]): string {
  return `*${items.length}\r\n${items.join('')}`;
}
