import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../../lab/temporal/ports';
import { createClient } from '../../../src/temporal/connection';

/** Says of itself what a client asks first, and that it is busy to everything else. */
async function busyServer(): Promise<{ address: string; asked: Promise<void>; close: () => void }> {
  const server = createServer();
  const asked = new Promise<void>((resolve) => {
    server.on('stream', (stream, headers) => {
      const answer = { ':status': 200, 'content-type': 'application/grpc' };
      if (String(headers[':path']).endsWith('/GetSystemInfo')) {
        stream.respond(answer, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
        stream.end(Buffer.alloc(5));
      } else {
        stream.respond({ ...answer, 'grpc-status': '14' }, { endStream: true });
        stream.on('close', resolve);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, asked, close: () => server.close() };
}

describe('createClient', () => {
  it('connects on first use only, and says then that nobody is there', async () => {
    const [port = 0] = await freePorts(1);
    const client = createClient({ address: `127.0.0.1:${port}`, namespace: 'ops', apiKey: null, tls: null });
    try {
      expect(client.options.namespace).toBe('ops');
      const asked = client.connection.withDeadline(Date.now() + 300, () =>
        client.workflow.getHandle('incident/A/h1').describe(),
      );
      await expect(asked).rejects.toThrow();
    } finally {
      await client.connection.close();
    }
  });

  it('ends a call whose connection is closed before it is tried again', async () => {
    const busy = await busyServer();
    const client = createClient({ address: busy.address, namespace: 'ops', apiKey: null, tls: null });
    const asked = client.workflow.getHandle('incident/A/h1').describe();
    const ended = expect(asked).rejects.toThrow();
    try {
      await busy.asked;
    } finally {
      await client.connection.close();
      busy.close();
    }
    await ended;
  });

  it('ends a call that is begun on a closed connection', async () => {
    const busy = await busyServer();
    const client = createClient({ address: busy.address, namespace: 'ops', apiKey: null, tls: null });
    try {
      await client.connection.ensureConnected();
      await client.connection.close();
      await expect(client.workflow.getHandle('incident/A/h1').describe()).rejects.toThrow();
    } finally {
      busy.close();
    }
  });

  it('fails at once where a certificate cannot be read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'halcyon-tls-'));
    try {
      const caFile = join(folder, 'absent.pem');
      const settings = { address: '127.0.0.1:1', namespace: 'ops', apiKey: null, tls: { caFile } };
      expect(() => createClient(settings)).toThrow(`temporal.tls.caFile: ${caFile}: no such file`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
