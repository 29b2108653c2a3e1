import { createHash, timingSafeEqual } from 'node:crypto';
import fastify, { LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseWebhook } from '../alerts/payload';
import { clip } from '../alerts/text';
import type { AmqpStatus } from './amqp/amqp-intake';
import type { Delivery } from './delivery';
import type { IncidentStarter } from './incident-starter';
import { Refusals } from './refusals';
import type { RefusedLately } from './refusals';
import { TemporalUnavailable } from './temporal-errors';

export interface IntakeServerOptions {
  settings: {
    /** Bearer token that senders show; null where intake listens on loopback only. */
    token: string | null;
    bodyLimitBytes: number;
  };
  starter: IncidentStarter;
  isTemporalReachable: () => Promise<boolean>;
  logger: FastifyBaseLogger;
  /** Of the queue beside HTTP, where there is one. */
  queueStatus?: (() => AmqpStatus) | undefined;
  /** Milliseconds since 1970, by which alerts are received. @default Date.now */
  now?: () => number;
}

const RETRY_AFTER_S = 5;
/** Of a refusal, in the log. */
const MAX_REASON = 300;

/**
 * `POST /api/v1/alerts` (Alertmanager webhook v4), `GET /healthz`, `GET /readyz`. 2xx means that Temporal has every
 * alert of the message; 503 that it may not: Alertmanager tries again after 5xx and never after 4xx.
 */
export function createIntakeServer(options: IntakeServerOptions): FastifyInstance {
  const { settings, starter, isTemporalReachable, logger, queueStatus, now = Date.now } = options;
  const server = fastify({
    loggerInstance: logger,
    bodyLimit: settings.bodyLimitBytes,
    logController: new LogController({ disableRequestLogging: true }),
    // A label may have any name: it is left out, and the alerts beside it are not refused with it.
    onProtoPoisoning: 'remove',
    onConstructorPoisoning: 'remove',
  });
  server.removeContentTypeParser('text/plain');
  const refusals = new Refusals(logger);
  const refuse: Refuse = (request, reply, { status, reason, ...more }) => {
    const { 'content-length': length } = request.headers;
    const bytes = length === undefined ? null : Number(length);
    refusals.note({ status, sender: request.ip, bytes, reason: clip(reason, MAX_REASON) });
    return reply.code(status).send({ error: reason, ...more });
  };
  server.setErrorHandler((error, request, reply) => answerError(error, request, reply, refuse));
  server.setNotFoundHandler((request, reply) => {
    const error = `nothing at ${request.method} ${request.url.slice(0, 200)}; alerts go to POST /api/v1/alerts`;
    // Somebody who looks around loses nothing by it.
    if (request.method !== 'POST') return reply.code(404).send({ error });
    return refuse(request, reply, { status: 404, reason: error });
  });

  const more = () => ({ ...lately(refusals), ...(queueStatus === undefined ? {} : { amqp: queueStatus() }) });
  server.get('/healthz', () => ({ status: 'ok', ...more() }));
  server.get('/readyz', async (_request, reply) => {
    if (await isTemporalReachable()) return { status: 'ready', ...more() };
    return reply.code(503).send({ status: 'not ready', reason: 'Temporal cannot be reached', ...more() });
  });
  // Who may not speak is not listened to: the token is checked before the body is read.
  const onRequest = (request: FastifyRequest, reply: FastifyReply, next: () => void) => {
    if (isAuthorized(request.headers.authorization, settings.token)) return next();
    void reply.header('www-authenticate', 'Bearer');
    void refuse(request, reply, { status: 401, reason: 'missing or wrong bearer token' });
  };
  server.post('/api/v1/alerts', { onRequest }, async (request, reply) => {
    const parsed = parseWebhook(request.body, new Date(now()).toISOString());
    if ('problems' in parsed) return refuse(request, reply, noMessage(parsed.problems));
    return summarize(await starter.deliver(parsed.alerts));
  });
  return server;
}

/** Answers a request that is not taken, and sees that somebody hears of it. */
type Refuse = (
  request: FastifyRequest,
  reply: FastifyReply,
  why: { status: number; reason: string; problems?: string[] },
) => FastifyReply;

function noMessage(problems: string[]): Parameters<Refuse>[2] {
  return { status: 400, reason: `not an Alertmanager webhook message, version 4: ${problems.join('; ')}`, problems };
}

function lately(refusals: Refusals): { refused?: RefusedLately } {
  const refused = refusals.lately();
  return refused === undefined ? {} : { refused };
}

/** Hashed first, so that neither content nor length shows in the time it takes. */
function isAuthorized(header: string | undefined, token: string | null): boolean {
  if (token === null) return true;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`));
}

function summarize(deliveries: Delivery[]) {
  const counts: Partial<Record<Delivery['outcome'], number>> = {};
  for (const { outcome } of deliveries) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return { alerts: deliveries.length, ...counts, incidents: [...new Set(deliveries.map((d) => d.workflowId))] };
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, refuse: Refuse): FastifyReply {
  if (error instanceof TemporalUnavailable) {
    request.log.warn({ err: error }, 'alerts not accepted: Temporal is unavailable');
    return reply.code(503).header('retry-after', RETRY_AFTER_S).send({ error: error.message });
  }
  const status = statusOf(error);
  if (status < 500) {
    const { message: reason } = error as Error;
    return refuse(request, reply, { status, reason, ...(status === 400 ? { problems: [`body: ${reason}`] } : {}) });
  }
  request.log.error({ err: error }, 'alerts not accepted');
  // 5xx, so that Alertmanager keeps the alerts and tries again.
  return reply.code(503).header('retry-after', RETRY_AFTER_S).send({ error: 'alerts could not be delivered' });
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 ? status : 500;
}
