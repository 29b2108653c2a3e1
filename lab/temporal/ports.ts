import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server } from 'node:net';

/** Below the range from which the kernel takes ports for outgoing connections: a server that restarts finds its own free. */
const FIRST_PORT = 20_000;
const PORTS = 12_000;
const ATTEMPTS = 200;

/** `count` different TCP ports that nobody listens on at 127.0.0.1. */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, Server>();
  try {
    for (let attempt = 0; held.size < count; attempt++) {
      if (attempt === ATTEMPTS) throw new Error('no free port on 127.0.0.1');
      const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
      const server = held.has(port) ? null : await tryListen(port);
      if (server !== null) held.set(port, server);
    }
    return [...held.keys()];
  } finally {
    await Promise.all([...held.values()].map(close));
  }
}

/** Whether nobody listens on `port` at 127.0.0.1. */
export async function isFree(port: number): Promise<boolean> {
  const server = await tryListen(port);
  if (server !== null) await close(server);
  return server !== null;
}

async function tryListen(port: number): Promise<Server | null> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  } catch {
    return null;
  }
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
