import { mkdtempSync, openSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseTcpTable } from '../../../../src/host/processes/connections';
import { listHeldFiles } from '../../../../src/host/processes/open-file-list';
import { createRedactor } from '../../../../src/host/redact';

const redact = createRedactor([]);

it('lists files, removed ones, ports and connections of a process', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'halcyon-open-'));
  const [kept, removed] = [path.join(folder, 'kept'), path.join(folder, 'removed')];
  for (const file of [kept, removed]) {
    writeFileSync(file, '');
    openSync(file, 'r');
  }
  unlinkSync(removed);
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = net.connect(port, '127.0.0.1');
  await new Promise((resolve) => client.once('connect', resolve));
  const found = await listHeldFiles(process.pid, redact);
  client.destroy();
  server.close();
  rmSync(folder, { recursive: true });
  expect(found.files).toContainEqual({ path: kept, times: 1 });
  expect(found.deleted).toBeGreaterThanOrEqual(1);
  expect(found.listens).toContain(port);
  expect(found.connections).toContainEqual({ remote: `127.0.0.1:${port}`, state: 'established', times: 1 });
});

it.each([
  ['0100007F:1538 0200007F:2009 01', { localPort: 5432, remote: '127.0.0.2:8201', state: 'established' }],
  [
    '0000000000000000FFFF00000100007F:1538 0000000000000000FFFF00000200007F:2009 08',
    { localPort: 5432, remote: '127.0.0.2:8201', state: 'close-wait' },
  ],
  [
    '00000000000000000000000001000000:1538 B80D0120000000000000000001000000:01BB 06',
    { localPort: 5432, remote: '[2001:db8::1]:443', state: 'time-wait' },
  ],
])('reads %s', (ends, socket) => {
  const table = `  sl  local_address rem_address st\n   0: ${ends} 00000000:00000000 00:00000000 00000000  1000 0 4242 1 0`;
  expect(parseTcpTable(table)).toEqual([['4242', socket]]);
});
