import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMaintenanceControl } from '../../../../src/activities/control/maintenance';
import type { MaintenanceDeps } from '../../../../src/activities/control/maintenance';
import type { SlackPageInput } from '../../../../src/activities/control/types';

let server: Server;
let status = 200;
const asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());
beforeEach(() => {
  status = 200;
  asked.length = 0;
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping/5ecret-token`;
const ON_DUTY = { name: 'Platform', slackChannel: '#platform-alerts', pagerdutyService: null };

function control(more: Partial<MaintenanceDeps> = {}) {
  const sent: SlackPageInput[] = [];
  const pageSlack: MaintenanceDeps['pageSlack'] = async (input) => {
    sent.push(input);
    return { channel: '', ts: '1' };
  };
  const deps = {
    client: {} as never,
    pings: { weekly: null, monthly: null },
    pageSlack,
    onDuty: () => ON_DUTY,
    ...more,
  };
  return { ...createMaintenanceControl(deps), sent };
}

describe('the sign of life', () => {
  it('is a POST, or nothing where nobody watches', async () => {
    expect(await control({ pings: { weekly: url(), monthly: null } }).pingDeadMan({ name: 'weekly' })).toBe('sent');
    expect(asked).toEqual(['POST /ping/5ecret-token']);
    expect(await control().pingDeadMan({ name: 'weekly' })).toBe('notConfigured');
  });

  it.each([
    [404, 'PageNotDelivered', true],
    [429, 'PageNotYetDelivered', false],
    [500, 'PageNotYetDelivered', false],
  ])('that is answered %p is %s', async (answer, type, nonRetryable) => {
    status = answer;
    const failing = control({ pings: { weekly: url(), monthly: null } }).pingDeadMan({ name: 'weekly' });
    await expect(failing).rejects.toMatchObject({ type, nonRetryable });
    await expect(failing).rejects.not.toThrow(/5ecret-token/);
  });

  it('that nobody answers is tried again, and its address is in no error', async () => {
    const failing = control({ pings: { weekly: 'http://127.0.0.1:9/5ecret-token', monthly: null } }).pingDeadMan({
      name: 'weekly',
    });
    await expect(failing).rejects.toMatchObject({ type: 'PageNotYetDelivered', nonRetryable: false });
    await expect(failing).rejects.not.toThrow(/5ecret-token/);
  });
});

describe('the message', () => {
  const message = { name: 'weekly', host: 'h1', workflowId: 'maintenance/weekly/h1', runId: 'r', key: 'k' } as const;
  const more = { startsAt: '2026-11-29T03:00:00.000Z', title: 'Weekly maintenance of h1', facts: [] };

  it('goes to its team, or to those on duty', async () => {
    const { tellMaintenance, sent } = control();
    const team = { name: 'Ops', slackChannel: '#ops', pagerdutyService: null };
    await tellMaintenance({ ...message, ...more, team });
    await tellMaintenance({ ...message, ...more, team: null });
    expect(sent.map((one) => one.team.name)).toEqual(['Ops', 'Platform']);
    expect(sent[0]).toMatchObject({ key: 'k', threadTs: null, page: { kind: 'report', title: more.title } });
  });
});

it('names the incidents that are open on a host, the first few, whatever its name', async () => {
  const queries: string[] = [];
  const list = async function* ({ query }: { query: string }) {
    queries.push(query);
    for (let at = 9; at > 0; at--) yield { workflowId: `incident/A${at}/h1` };
  };
  const { observeOpenIncidents } = control({ client: { workflow: { list } } as never });
  expect(await observeOpenIncidents({ host: 'h"1' })).toHaveLength(5);
  expect(queries).toEqual([
    'WorkflowId STARTS_WITH "incident/" AND ExecutionStatus = "Running" AND HalcyonHost = "h1"',
  ]);
});
