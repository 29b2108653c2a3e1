import { chmod, mkdir, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import path from 'node:path';
import { createHostActivities } from '../../../../src/activities/host';
import type { AgentSettings } from '../../../../src/host/agent-settings';
import { AUDIT_CHECKS } from '../../../../src/shared/observations/reviews/audit';
import { useTempFolder } from '../../host/support/temp-folder';
import { hostSettings } from '../support/host';

const DAY_MS = 86_400_000;
const folder = useTempFolder();

type Kingfisher = Partial<AgentSettings['kingfisher']>;

async function activities(more: Partial<AgentSettings> = {}, kingfisher: Kingfisher = {}) {
  for (const name of ['data/images', 'log', 'state']) await mkdir(folder.path(name), { recursive: true });
  return createHostActivities({ ...hostSettings(folder.path(), kingfisher), ...more });
}

async function putImage(day: string, bytes: number): Promise<void> {
  const file = folder.path('data/images', day, 'a.jpg');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, 'x'.repeat(bytes));
}

describe('capacity', () => {
  it('of disks is what is used, what there is, and inodes', async () => {
    const { readings, fullWithinMs } = await (await activities()).observeCapacity({ part: 'disks' });
    const [disk, inodes] = readings;
    expect(disk).toMatchObject({ unit: 'B', trend: { source: 'none', why: 'no Prometheus is configured' } });
    expect(disk!.limit!).toBeGreaterThan(disk!.now);
    expect(inodes).toMatchObject({ name: expect.stringMatching(/^inodes of /) as string, unit: '%', limit: 100 });
    expect(fullWithinMs).toBe(90 * DAY_MS);
  });

  it('of images is limited by their disk, or by what a removal leaves', async () => {
    await putImage('2026/11/01', 10);
    await putImage('2026/11/02', 30);
    const { readings, notes } = await (await activities()).observeCapacity({ part: 'images' });
    expect(readings).toMatchObject([
      {
        now: 40,
        trend: {
          source: 'folders',
          points: [
            [expect.any(Number), 10],
            [expect.any(Number), 40],
          ],
        },
      },
    ]);
    expect(readings[0]!.limit!).toBeGreaterThan(40);
    expect(notes).toEqual(['images: 2, 40 B, of 2 whole days by the folders of their days; none is removed']);
    const { maintenance } = hostSettings(folder.path());
    const images = { olderThanMs: 7 * DAY_MS, limit: 1, approvedLimit: 1 };
    const kept = await activities({ maintenance: { ...maintenance, images } });
    const { readings: left, notes: why } = await kept.observeCapacity({ part: 'images' });
    expect([left[0]!.limit, why[0]!.slice(-20)]).toEqual([null, 'removed after 7 days']);
  });

  it('of queues is what the management counts', async () => {
    const server = http.createServer((request, response) => {
      const queues = { items: [{ name: 'events', messages_ready: 4, messages_unacknowledged: 1 }], total_count: 1 };
      const overview = { queue_totals: { messages_ready: 4, messages_unacknowledged: 3 } };
      response.end(JSON.stringify(request.url!.startsWith('/api/queues') ? queues : overview));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const managementUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/overview`;
    const rabbitmq = { unit: 'x.service', url: 'amqp://127.0.0.1:9', managementUrl };
    const host = await activities({ dependencies: { rabbitmq } });
    const seen = await host.observeCapacity({ part: 'queues' });
    await new Promise((resolve) => server.close(resolve));
    expect(seen).toMatchObject({ readings: [{ now: 7, limit: 10_000 }], notes: ['queue events: 5 messages'] });
    await expect(host.observeCapacity({ part: 'queues' })).rejects.toMatchObject({ type: 'ObservationFailed' });
  });

  it.each(['database', 'queues'] as const)('of %s is not configured where the file does not name it', async (part) => {
    await expect((await activities()).observeCapacity({ part })).rejects.toMatchObject({ type: 'NotConfigured' });
  });
});

describe('the audit', () => {
  it('answers each check, and what is not configured is not looked at', async () => {
    const host = await activities();
    const answers = await Promise.all(AUDIT_CHECKS.map(async (check) => [check, await host.observeAudit({ check })]));
    const seen = Object.fromEntries(answers as [string, Awaited<ReturnType<typeof host.observeAudit>>][]);
    expect(seen['ports']!.notLooked).toEqual(['agent.maintenance.audit.ports is not set']);
    expect(seen['certificates']!.notLooked).toEqual(['agent.maintenance.audit.certificates names none']);
    expect(seen['advisories']!.notLooked).toEqual(['agent.maintenance.python is not set']);
    expect(seen['credentials']!.notLooked).toHaveLength(3);
    expect(seen['leftBehind']).toMatchObject({ findings: [], unknown: [], seen: '0 settings in the ledger' });
  });

  it('of files tells what everybody may write to once, and what differs from the owner beside it', async () => {
    const { username } = userInfo();
    const owner = { user: username, group: username };
    const host = await activities({}, { owner, user: username });
    for (const name of ['data/loose', 'data/closed', 'app']) {
      await writeFile(folder.path(name), '1');
      await chmod(folder.path(name), name === 'data/closed' ? 0o600 : 0o666);
    }
    const { findings, dropped, unknown, notLooked } = await host.observeAudit({ check: 'files' });
    const of = (name: string) => findings.filter((text) => text.startsWith(`${folder.path(name)}: `));
    expect(of('data/loose')).toEqual([expect.stringMatching(/0666: everybody may write to it$/)]);
    expect(of('app')).toHaveLength(1);
    expect(of('data/closed')).toEqual([expect.stringMatching(/0600 -> .* 0644$/)]);
    expect([dropped, unknown, notLooked]).toEqual([0, [], []]);
    const nobodys = await (await activities()).observeAudit({ check: 'files' });
    expect(nobodys.notLooked).toEqual(['owners of the data: agent.kingfisher.owner is not set']);
  });

  it('tells no more than 25 findings, and how many more there are', async () => {
    const host = await activities();
    for (let at = 0; at < 30; at++) {
      await writeFile(folder.path(`log/${at}`), '1');
      await chmod(folder.path(`log/${at}`), 0o666);
    }
    const { findings, dropped } = await host.observeAudit({ check: 'files' });
    expect([findings.length, dropped]).toEqual([25, 5]);
  });
});

it('an agent that is asked for what it does not know says so', async () => {
  const host = await activities();
  await expect(host.observeAudit({ check: 'constructor' as never })).rejects.toMatchObject({ type: 'NotConfigured' });
  await expect(host.observeCapacity({ part: 'x' as never })).rejects.toMatchObject({ type: 'NotConfigured' });
});
