import { writeFile } from 'node:fs/promises';
import { createOutboxCommand } from '../../../src/cli/outbox';
import { UsageError } from '../../../src/cli/support/usage';
import { openOutboxQuarantine } from '../../../src/host/stores/outbox-quarantine';
import type { QuarantinedEvent } from '../../../src/shared/observations/outbox';
import { useTempFolder } from '../host/support/temp-folder';

const folder = useTempFolder();
let said: string;

beforeEach(async () => {
  said = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  await writeConfig('outbox: { table: outbox, quarantine: outbox_quarantine }');
});
afterEach(() => {
  jest.restoreAllMocks();
});

async function writeConfig(outbox: string): Promise<void> {
  const postgres = `{ unit: postgresql.service, url: "postgres://u@127.0.0.1:1/x", ${outbox} }`;
  const agent = `agent:\n  host: h1\n  kingfisher: { installDir: /opt/kf, dataDir: /opt/kf/data }\n`;
  await writeFile(folder.path('halcyon.yaml'), `hosts:\n  h1: {}\n${agent}  dependencies: { postgres: ${postgres} }\n`);
}

const EVENT: QuarantinedEvent = {
  id: '17',
  eventType: 'cluster.found',
  reason: 'payload\u001b[31m too large',
  quarantinedAt: '2026-01-02T03:04:05.000Z',
};

async function outbox(events: QuarantinedEvent[], ...args: string[]): Promise<string> {
  const kept = [...events];
  const restore = async (id: string) => {
    const index = kept.findIndex((event) => event.id === id);
    if (index >= 0) kept.splice(index, 1);
    return index >= 0;
  };
  const open = (settings: Parameters<typeof openOutboxQuarantine>[0]) =>
    openOutboxQuarantine(settings) === undefined ? undefined : { list: async () => kept, restore };
  const command = createOutboxCommand(open).exitOverride();
  await command.parseAsync([...args, '--config', folder.path('halcyon.yaml')], { from: 'user' });
  return said;
}

describe('halcyon outbox', () => {
  it('lists what is in quarantine, with nothing that a terminal would obey', async () => {
    expect(await outbox([], 'list')).toBe('no events in quarantine\n');
    const listed = await outbox([EVENT], 'list');
    expect(listed).toMatch(/MOVED +ID +TYPE +WHY\n2026-01-02T03:04:05.000Z +17 +cluster.found +payload/);
    expect(listed).not.toContain('\u001b');
  });

  it('lists it as JSON', async () => {
    expect(JSON.parse(await outbox([EVENT], 'list', '--json'))).toEqual([EVENT]);
  });

  it('puts one back, and says so; one that is not there is wrong usage', async () => {
    expect(await outbox([EVENT], 'restore', '17')).toBe('event 17 is in the outbox again, with no attempts made\n');
    await expect(outbox([EVENT], 'restore', '18')).rejects.toThrow(UsageError);
  });

  it('says what to configure', async () => {
    await writeConfig('');
    await expect(outbox([], 'list')).rejects.toThrow('agent.dependencies.postgres.outbox is not configured');
  });

  it('says that PostgreSQL could not be asked, and no password', async () => {
    const open = createOutboxCommand(openOutboxQuarantine).exitOverride();
    const asked = open.parseAsync(['list', '--config', folder.path('halcyon.yaml')], { from: 'user' });
    await expect(asked).rejects.toThrow(/PostgreSQL, asked for the quarantine of the outbox: .*ECONNREFUSED/);
  });
});
