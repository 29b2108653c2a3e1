import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { searchAttributes } from '../../../src/shared/search-attributes';
import { startTemporal } from '../../../lab/temporal/dev-server';
import type { TemporalServer } from '../../../lab/temporal/dev-server';
import { isServing } from '../../../src/temporal/dev/serving';

let folder: string;
let server: TemporalServer | null = null;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'halcyon-dev-server-'));
});
afterEach(async () => {
  await server?.kill();
  server = null;
  await rm(folder, { recursive: true, force: true });
});

async function withClient<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

async function processesWith(text: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
  return stdout.split('\n').filter((line) => line.includes(text));
}

describe('startTemporal', () => {
  it('serves with the search attributes, keeps runs over a crash, and leaves no process', async () => {
    server = await startTemporal({ directory: folder });
    expect(server.uiUrl).toBeNull();
    const { address } = server;
    await withClient(address, async (client) => {
      const found = await client.connection.operatorService.listSearchAttributes({ namespace: 'default' });
      const names = Object.values(searchAttributes).map((key) => key.name);
      expect(Object.keys(found.customAttributes)).toEqual(expect.arrayContaining(names));
      await client.workflow.start('nobodyRunsThis', { taskQueue: 'none', workflowId: 'kept' });
    });

    await server.kill();
    expect(await isServing(address)).toBe(false);
    await server.restart();
    expect(server.address).toBe(address);
    const kept = await withClient(address, (client) => client.workflow.getHandle('kept').describe());
    expect(kept.status.name).toBe('RUNNING');

    await server.stop();
    await server.stop();
    expect(await processesWith(folder)).toEqual([]);
  });

  it('serves the user interface where it is asked for', async () => {
    server = await startTemporal({ directory: folder, ui: true });
    const page = await fetch(server.uiUrl ?? 'none');
    expect(page.status).toBe(200);
  });

  it('refuses a port that somebody else has', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    try {
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      await expect(startTemporal({ directory: folder, port })).rejects.toThrow(`127.0.0.1:${port} is in use`);
    } finally {
      other.close();
    }
  });

  it('says why it does not come up, and leaves no process', async () => {
    await writeFile(path.join(folder, 'temporal.db'), 'this is no database '.repeat(500));
    const start = async () => (server = await startTemporal({ directory: folder }));
    await expect(start()).rejects.toThrow(/ended at start \(exit code 1\):\n.*not a database/s);
    expect(await processesWith(folder)).toEqual([]);
  });
});
