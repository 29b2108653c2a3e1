import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fingerprintOf, webhookMessage, type WebhookMessage } from '../../../lab/monitoring/alertmanager-message';
import { type Prober, startProber } from '../../../lab/monitoring/prober';
import { waitFor } from '../../support/wait-for';

const genuine = JSON.parse(
  readFileSync(join(__dirname, '../../support/alerts/alertmanager-payload.json'), 'utf8'),
) as WebhookMessage;
const alert = genuine.alerts[0]!;

describe('webhookMessage', () => {
  it('is what Alertmanager sends for the same alert', () => {
    const { labels, annotations, startsAt, generatorURL } = alert;
    const message = webhookMessage({ labels, annotations, startsAt, generatorURL });
    expect({ ...message, externalURL: genuine.externalURL }).toEqual(genuine);
  });

  it('has another fingerprint for another value', () => {
    expect(fingerprintOf({ ...alert.labels, instance: 'h2:8201' })).not.toBe(alert.fingerprint);
  });

  it('tells a name from its value', () => {
    expect(fingerprintOf({ ab: 'c' })).not.toBe(fingerprintOf({ a: 'bc' }));
  });

  it('has the same fingerprint in any order of labels', () => {
    const reversed = Object.fromEntries(Object.entries(alert.labels).reverse());
    expect(fingerprintOf(reversed)).toBe(alert.fingerprint);
  });
});

describe('startProber', () => {
  let status: { health: number; ready: number; webhook: number };
  let probes: number;
  let posts: { status: number; authorization?: string; message: WebhookMessage }[];
  let server: Server;
  let prober: Prober;

  beforeEach(async () => {
    status = { health: 200, ready: 200, webhook: 200 };
    probes = 0;
    posts = [];
    server = createServer((request, response) => {
      if (request.url === '/health') response.writeHead(status.health).end();
      else if (request.url === '/ready') response.writeHead(status.ready).end(() => probes++);
      else {
        const chunks: Buffer[] = [];
        request
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('end', () => {
            const message = JSON.parse(Buffer.concat(chunks).toString()) as WebhookMessage;
            posts.push({ status: status.webhook, authorization: request.headers.authorization, message });
            response.writeHead(status.webhook).end();
          });
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    prober = startProber({
      healthUrl: `${base}/health`,
      readyUrl: `${base}/ready`,
      instance: 'h1:8201',
      webhookUrl: `${base}/api/v1/alerts`,
      webhookToken: 'prober-token',
      intervalMs: 20,
      failuresToFire: 3,
    });
    await waitFor(() => probes > 2, { what: 'the first probes' });
  });

  afterEach(async () => {
    await prober.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('posts one episode: firing, then resolved', async () => {
    expect(posts).toEqual([]);
    status.ready = 503;
    const fired = await waitFor(() => posts[0], { what: 'the alert' });
    expect(fired.authorization).toBe('Bearer prober-token');
    expect(fired.message.alerts[0]).toMatchObject({
      status: 'firing',
      labels: alert.labels,
      annotations: alert.annotations,
      fingerprint: alert.fingerprint,
    });
    expect(prober.isFiring).toBe(true);

    status.ready = 200;
    await waitFor(() => !prober.isFiring, { what: 'the end of the alert' });
    expect(posts.map((post) => post.message.status)).toEqual(['firing', 'resolved']);
    const resolved = posts[1]!.message.alerts[0]!;
    expect(resolved.startsAt).toBe(fired.message.alerts[0]!.startsAt);
    expect(Date.parse(resolved.endsAt)).toBeGreaterThanOrEqual(Date.parse(resolved.startsAt));
  });

  it('fires for /health alone', async () => {
    status.health = 500;
    await waitFor(() => posts[0], { what: 'the alert' });
  });

  it('repeats a message until it is accepted, with the same startsAt', async () => {
    status.webhook = 503;
    status.ready = 503;
    await waitFor(() => posts.length > 1, { what: 'a second attempt' });
    status.webhook = 200;
    await waitFor(() => posts.at(-1)!.status === 200, { what: 'an accepted message' });
    expect(new Set(posts.map((post) => post.message.alerts[0]!.startsAt)).size).toBe(1);
    const count = posts.length;
    const seen = probes;
    await waitFor(() => probes > seen + 5, { what: 'further failed probes' });
    expect(posts).toHaveLength(count);
  });

  it('does not mention an alert that was over before anybody heard of it', async () => {
    status.webhook = 503;
    status.ready = 503;
    await waitFor(() => posts.length > 0, { what: 'the refused message' });
    status.ready = 200;
    await waitFor(() => !prober.isFiring, { what: 'the end of the alert' });
    expect(posts.map((post) => post.message.status)).not.toContain('resolved');
  });

  it('stops at once while a message cannot be delivered', async () => {
    status.webhook = 503;
    status.ready = 503;
    await waitFor(() => posts.length > 2, { what: 'a third attempt; the next one is a second away' });
    const attempts = posts.length;
    await prober.stop();
    expect(posts).toHaveLength(attempts);
  });
});
