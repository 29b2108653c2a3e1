import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { listProcesses } from '../../../../src/host/processes/process-table';
import type { ProcessManagerSettings } from '../../../../src/host/agent-settings';

/** Writes a line for each start, listens on a port, and takes its time to end when asked. */
const PROGRAM = `
  const fs = require('node:fs');
  process.on('SIGTERM', () => {
    fs.appendFileSync('terms', process.pid + '\\n');
    if (process.env.STUBBORN === undefined) setTimeout(() => process.exit(0), Number(process.env.ENDING_MS ?? 0));
  });
  const server = require('node:net').createServer(() => {});
  server.on('error', (err) => { console.error(err.message); process.exit(1); });
  server.listen(Number(process.env.PORT), '127.0.0.1', () => fs.appendFileSync('starts', process.pid + '\\n'));
`;

export interface ManualService {
  settings: ProcessManagerSettings;
  port: number;
  /** Pids of its starts, oldest first. */
  starts(): number[];
  /** Pids that were asked to end. */
  terms(): number[];
  /** Its processes that live. */
  alive(): Promise<number[]>;
  /** Ends all of them, whatever state they are in. */
  destroy(): Promise<void>;
}

export async function createManualService(folder: string, env: Record<string, string> = {}): Promise<ManualService> {
  const program = path.join(folder, 'service.js');
  writeFileSync(program, PROGRAM);
  const port = await freePort();
  const settings: ProcessManagerSettings = {
    type: 'process',
    command: [process.execPath, program],
    cwd: folder,
    logFile: path.join(folder, 'service.log'),
    pidFile: path.join(folder, 'service.pid'),
    env: { PORT: String(port), ...env },
  };
  const alive = async () => {
    const records = await listProcesses();
    return records.filter(({ argv, state }) => argv.includes(program) && state !== 'Z').map(({ pid }) => pid);
  };
  return {
    settings,
    port,
    starts: () => pidsIn(path.join(folder, 'starts')),
    terms: () => pidsIn(path.join(folder, 'terms')),
    alive,
    destroy: async () => {
      for (const pid of await alive()) process.kill(pid, 'SIGKILL');
    },
  };
}

/** Whole lines: a service may be at its own just now. */
function pidsIn(file: string): number[] {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(0, -1).map(Number);
  } catch {
    return [];
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
