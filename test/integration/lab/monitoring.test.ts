import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Monitoring, startMonitoring } from '../../../lab/monitoring/monitoring';

interface WebhookMessage {
  version: string;
  status: string;
  groupKey: string;
  groupLabels: Record<string, string>;
  alerts: { status: string; labels: Record<string, string>; startsAt: string; endsAt: string; fingerprint: string }[];
}

const PROGRAMS = ['prometheus', 'prometheus-alertmanager', 'prometheus-blackbox-exporter'];
const missing = PROGRAMS.filter((name) => !isOnPath(name));
const suite = missing.length === 0 ? describe : describe.skip;
const because = missing.length === 0 ? '' : ` (skipped: not installed here: ${missing.join(', ')})`;

suite(`startMonitoring${because}`, () => {
  let directory: string;
  let target: Server;
  let receiver: Server;
  let monitoring: Monitoring | undefined;
  let ready: boolean;
  let received: { authorization?: string; message: WebhookMessage }[];

  beforeEach(async () => {
    received = [];
    ready = true;
    directory = await mkdtemp(join(tmpdir(), 'halcyon-monitoring-'));
    target = await listen((request) => answerAsKingfisher(request.url!, ready));
    receiver = await listen(async (request) => {
      received.push({ authorization: request.headers.authorization, message: JSON.parse(await bodyOf(request)) });
      return { status: 200, body: '' };
    });
    monitoring = await startMonitoring({
      targets: [{ host: 'h1', address: `127.0.0.1:${portOf(target)}` }],
      webhookUrl: `http://127.0.0.1:${portOf(receiver)}/api/v1/alerts`,
      webhookToken: 'monitoring-token',
      directory,
    });
    await until('the first scrape and probe', () => bothSucceed(monitoring!.prometheusUrl));
  });

  afterEach(async () => {
    await monitoring?.stop();
    await Promise.all([close(target), close(receiver)]);
    await rm(directory, { recursive: true });
  });

  it('reports a service that is gone and one that is back, as one episode', async () => {
    expect(received).toEqual([]);
    const port = portOf(target);
    await close(target);
    await until('the alert', () => received.length > 0);

    const { authorization, message } = received[0]!;
    expect(authorization).toBe('Bearer monitoring-token');
    expect(message).toMatchObject({
      version: '4',
      status: 'firing',
      groupLabels: { alertname: 'KingfisherServiceDown', instance: 'h1:8201' },
    });
    expect(message.alerts).toHaveLength(1);
    expect(message.alerts[0]!.labels).toEqual({
      alertname: 'KingfisherServiceDown',
      instance: 'h1:8201',
      service: 'zmart-kingfisher',
      severity: 'critical',
      team: 'trading-ai',
    });

    target = await listen((request) => answerAsKingfisher(request.url!, true), port);
    await until('the resolved alert', () => received.some((entry) => entry.message.status === 'resolved'));
    const resolved = received.find((entry) => entry.message.status === 'resolved')!.message.alerts[0]!;
    expect(resolved).toMatchObject({
      fingerprint: message.alerts[0]!.fingerprint,
      startsAt: message.alerts[0]!.startsAt,
      status: 'resolved',
    });
    expect(Date.parse(resolved.endsAt)).toBeGreaterThan(Date.parse(resolved.startsAt));
  });

  it('reports a service that runs and is not ready, with the same labels', async () => {
    ready = false;
    await until('the alert', () => received.length > 0);
    const { message } = received[0]!;
    expect(message.alerts.map((alert) => alert.labels.instance)).toEqual(['h1:8201']);
    expect(message.groupLabels.alertname).toBe('KingfisherServiceDown');
  });

  it('leaves no process behind', async () => {
    expect(await ownServers()).toEqual([...PROGRAMS].sort());
    await monitoring!.stop();
    expect(await ownServers()).toEqual([]);
  });
});

interface Answer {
  status: number;
  body: string;
}

function answerAsKingfisher(url: string, ready: boolean): Answer {
  if (url === '/ready') return { status: ready ? 200 : 503, body: '{}' };
  return { status: 200, body: 'kingfisher_outbox_pending 0\n' };
}

async function listen(handle: (request: IncomingMessage) => Answer | Promise<Answer>, port = 0): Promise<Server> {
  const server = createServer((request, response) => {
    void Promise.resolve(handle(request)).then(({ status, body }) => response.writeHead(status).end(body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return server;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited 20 s for ${what}`);
    await sleep(50);
  }
}

/** Both expressions of KingfisherServiceDown have a value for h1, and it is "well". */
async function bothSucceed(prometheusUrl: string): Promise<boolean> {
  const query = 'count(up{job="kingfisher",instance="h1:8201"} == 1 or probe_success{instance="h1:8201"} == 1)';
  const response = await fetch(`${prometheusUrl}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  return data.result[0]?.value[1] === '2';
}

/** Monitoring servers that this process started and that still run, by their command. */
async function ownServers(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(pids.map(ownCommand));
  return commands.filter((command) => PROGRAMS.includes(command)).sort();
}

async function ownCommand(pid: string): Promise<string> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    if (!status.includes(`\nPPid:\t${process.pid}\n`)) return '';
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')[0]!;
  } catch {
    return ''; // It ended while we looked.
  }
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}
