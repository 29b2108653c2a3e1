import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../../lab/temporal/ports';
import { createClient } from '../../../src/temporal/connection';

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
