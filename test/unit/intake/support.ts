import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import type { Alert } from '../../../src/shared/alert';
import type { Delivery } from '../../../src/intake/delivery';
import type { IncidentStarter } from '../../../src/intake/incident-starter';
import { createIntakeServer } from '../../../src/intake/server';
import type { IntakeServerOptions } from '../../../src/intake/server';

/** Stands in for Temporal: keeps what it is given, or fails with `failure`. */
export class ScriptedStarter implements IncidentStarter {
  readonly delivered: Alert[] = [];
  failure: Error | undefined;
  outcomes: Delivery['outcome'][] = [];

  async deliver(alerts: Alert[]): Promise<Delivery[]> {
    if (this.failure !== undefined) throw this.failure;
    this.delivered.push(...alerts);
    return alerts.map(({ alertname }, index) => ({
      workflowId: `incident/${alertname}/h1`,
      outcome: this.outcomes[index] ?? 'started',
    }));
  }
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: unknown;
}

/** An intake server on loopback that is asked as senders ask. Stop it. */
export class TestServer {
  private constructor(private readonly server: FastifyInstance) {}

  static async start(starter: IncidentStarter, options: Partial<IntakeServerOptions> = {}): Promise<TestServer> {
    const server = createIntakeServer({
      settings: { token: 'secret', bodyLimitBytes: 64 * 1024 },
      starter,
      isTemporalReachable: () => Promise.resolve(true),
      logger: pino({ level: 'silent' }),
      ...options,
    });
    await server.listen({ host: '127.0.0.1', port: 0 });
    return new TestServer(server);
  }

  async ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const { port } = this.server.server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as unknown };
  }

  async stop(): Promise<void> {
    await this.server.close();
  }
}
