import { createHash, timingSafeEqual } from 'node:crypto';
import fastify, { LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseWebhook } from '../alerts/payload';
import type { Delivery } from './delivery';
import type { IncidentStarter } from './incident-starter';
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
}

const RETRY_AFTER_S = 5;

/**
 * `POST /api/v1/alerts` (Alertmanager webhook v4), `GET /healthz`, `GET /readyz`. 2xx means that Temporal has every
 * alert of the message; 503 that it may not: Alertmanager tries again after 5xx and never after 4xx.
 */
export function createIntakeServer(options: IntakeServerOptions): FastifyInstance {
  const { settings, starter, isTemporalReachable, logger } = options;
  const server = fastify({
    loggerInstance: logger,
    bodyLimit: settings.bodyLimitBytes,
    logController: new LogController({ disableRequestLogging: true }),
    // A label may have any name: it is left out, and the alerts beside it are not refused with it.
    onProtoPoisoning: 'remove',
    onConstructorPoisoning: 'remove',
  });
  server.removeContentTypeParser('text/plain');
  server.setErrorHandler(answerError);
  server.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send({ error: `nothing at ${request.method} ${request.url.slice(0, 200)}; alerts go to POST /api/v1/alerts` }),
  );

  server.get('/healthz', () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    if (await isTemporalReachable()) return { status: 'ready' };
    return reply.code(503).send({ status: 'not ready', reason: 'Temporal cannot be reached' });
  });
  // Who may not speak is not listened to: the token is checked before the body is read.
  const onRequest = (request: FastifyRequest, reply: FastifyReply, next: () => void) => {
    if (isAuthorized(request.headers.authorization, settings.token)) return next();
    void reply.code(401).header('www-authenticate', 'Bearer').send({ error: 'missing or wrong bearer token' });
  };
  server.post('/api/v1/alerts', { onRequest }, async (request, reply) => {
    const parsed = parseWebhook(request.body, new Date().toISOString());
    if ('problems' in parsed) {
      return reply
        .code(400)
        .send({ error: 'not an Alertmanager webhook message, version 4', problems: parsed.problems });
    }
    return summarize(await starter.deliver(parsed.alerts));
  });
  return server;
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

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof TemporalUnavailable) {
    request.log.warn({ err: error }, 'alerts not accepted: Temporal is unavailable');
    return reply.code(503).header('retry-after', RETRY_AFTER_S).send({ error: error.message });
  }
  const status = statusOf(error);
  if (status < 500) {
    const { message } = error as Error;
    return reply.code(status).send({ error: message, ...(status === 400 ? { problems: [`body: ${message}`] } : {}) });
  }
  request.log.error({ err: error }, 'alerts not accepted');
  // 5xx, so that Alertmanager keeps the alerts and tries again.
  return reply.code(503).header('retry-after', RETRY_AFTER_S).send({ error: 'alerts could not be delivered' });
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 ? status : 500;
}
