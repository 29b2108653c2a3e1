import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHostActivities } from '../../../../src/activities/host';
import { selfCheck } from '../../../../src/activities/host/self-check';
import { WELL } from '../../../../src/shared/observations/standing';
import { useTempFolder } from '../../host/support/temp-folder';
import { hostSettings } from '../support/host';

const folder = useTempFolder();
const servers: http.Server[] = [];
afterEach(async () => {
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** An agent whose KingFisher says these numbers one after another, the last of them for ever; null: a page of HTML. */
async function agentOf(...pending: (number | null)[]) {
  const left = [...pending];
  const server = http.createServer((_request, response) => {
    const now = left.length > 1 ? left.shift() : left[0];
    response.end(now === null ? '<html>' : JSON.stringify({ pending: now }));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return createHostActivities(hostSettings(folder.path(), { baseUrl }));
}

const OUTBOX = { reading: 'outbox', pendingAbove: 100 } as const;
const WINDOW = { windowMs: 0, deadlineMs: 1_200 };

describe('observeOutbox', () => {
  it('looks twice, and says where the number is from', async () => {
    const agent = await agentOf(500, 400);
    expect(await agent.observeOutbox({ apartMs: 1 })).toMatchObject({
      first: { pending: 500, table: null, endpoint: { evidence: 'present' } },
      last: { pending: 400 },
      apartMs: 1,
    });
  });

  it('knows no number where nobody says one', async () => {
    const { last } = await (await agentOf(null)).observeOutbox({ apartMs: 1 });
    expect(last).toMatchObject({ pending: null, endpoint: { evidence: 'malformed' }, table: null });
  });

  it('is part of what an agent says of its host at its start', async () => {
    const { outbox } = await selfCheck(await agentOf(null));
    expect(outbox).toMatch(/^statistics malformed \(.*<html>\); table not configured$/);
  });
});

describe('the reading of the outbox', () => {
  it('is well within its limit', async () => {
    const verdict = await (await agentOf(100)).waitUntil({ ...OUTBOX, ...WINDOW });
    expect(verdict).toMatchObject({ holds: true, last: { pending: 100 } });
  });

  it('is well above it as soon as it falls', async () => {
    const verdict = await (await agentOf(500, 480)).waitUntil({ ...OUTBOX, windowMs: 0, deadlineMs: 30_000 });
    expect(verdict).toMatchObject({ holds: true, last: { pending: 480 } });
  });

  it('is not well where it stands, rises, or cannot be read', async () => {
    const all = [[500], [480, 500], [null], [500, null]].map(async (pending) => {
      return await (await agentOf(...pending)).waitUntil({ ...OUTBOX, ...WINDOW });
    });
    for (const verdict of await Promise.all(all)) expect(verdict).toMatchObject({ holds: false, ended: 'deadline' });
  });

  it('is well when it falls after it could not be read for a while', async () => {
    const verdict = await (await agentOf(null, 500, 480)).waitUntil({ ...OUTBOX, windowMs: 0, deadlineMs: 30_000 });
    expect(verdict).toMatchObject({ holds: true, last: { pending: 480 } });
  });

  it('is watched: one that cannot be read any more is news', async () => {
    const agent = await agentOf(3, null);
    const terms = { seen: null, isMended: false, invocation: null, wellForMs: 0, forMs: 0 };
    const first = await agent.watchReading({ ...OUTBOX, ...terms });
    expect(first).toMatchObject({ standing: WELL });
    const next = await agent.watchReading({ ...OUTBOX, ...terms, seen: WELL });
    expect(next).toMatchObject({ standing: 'outbox cannot be read' });
  });
});

it('an event is moved only where the configuration names the tables, and only with a permit', async () => {
  const agent = await agentOf(500);
  const event = { id: '1', attempts: 5, reason: 'x' };
  const permit = { kind: 'change', token: 1, holder: 'incident/x/h' } as const;
  await expect(agent.ensureEventQuarantined({ ...event, permit })).rejects.toMatchObject({ type: 'NotConfigured' });
  await expect(agent.ensureEventQuarantined(event as never)).rejects.toMatchObject({ type: 'NoPermit' });
});

it('RabbitMQ is asked for its alarms only where it is configured', async () => {
  const agent = await agentOf(500);
  await expect(agent.observeBrokerAlarms()).rejects.toMatchObject({ type: 'NotConfigured' });
});
