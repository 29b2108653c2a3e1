/** Asks PostgreSQL, Redis and RabbitMQ whether they serve, each in its own protocol. */
import { greet } from './amqp';
import type { Dependency, Environment } from '../configuration';
import { converse } from './socket';

const CHECK_TIMEOUT_MS = 1_000;

/** `ok`, or why not. Only the dependencies that readiness is about. */
export type Checks = Partial<Record<Dependency, string>>;

const askers: Record<Dependency, (url: URL) => Promise<void>> = {
  postgres: askPostgres,
  redis: askRedis,
  rabbitmq: (url) => converse(url, CHECK_TIMEOUT_MS, greet),
};

/** Asks all at once; takes two seconds at most. Never rejects. */
export async function checkDependencies(environment: Environment): Promise<Checks> {
  const answers = await Promise.all(
    environment.readyChecks.map(async (name) => [name, await check(name, environment.urls[name])] as const),
  );
  return Object.fromEntries(answers);
}

export function allOk(checks: Checks): boolean {
  return Object.values(checks).every((answer) => answer === 'ok');
}

async function check(name: Dependency, url: URL): Promise<string> {
  try {
    await askers[name](url);
    return 'ok';
  } catch (error) {
    return (error as Error).message || String((error as NodeJS.ErrnoException).code);
  }
}

/** `SELECT 1` on a connection of its own: a server may serve others and refuse KingFisher. */
async function askPostgres(url: URL): Promise<void> {
  // Loaded when it is first asked: the service answers before its clients are there.
  const { Client } = await import('pg');
  const timeouts = { connectionTimeoutMillis: CHECK_TIMEOUT_MS, query_timeout: CHECK_TIMEOUT_MS };
  const client = new Client({ connectionString: url.href, application_name: 'kingfisher', ...timeouts });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    // Its goodbye waits for an answer that may never come.
    client.end().catch(() => undefined);
  }
}

async function askRedis(url: URL): Promise<void> {
  await converse(url, CHECK_TIMEOUT_MS, async (conversation) => {
    conversation.send('*1\r\n$4\r\nPING\r\n');
    const answer = await conversation.readLine();
    if (answer !== '+PONG') throw new Error(answer.slice(0, 100));
  });
}
