/** Asks PostgreSQL, Redis and RabbitMQ whether they serve, each in its own protocol over a raw socket. */
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

/** Asks all at once; takes a second at most. Never rejects. */
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

/** A start-up packet: a server that is ready asks for authentication (`R`), one that is not answers an error (`E`). */
async function askPostgres(url: URL): Promise<void> {
  await converse(url, CHECK_TIMEOUT_MS, async (conversation) => {
    conversation.send(startupPacket({ user: url.username, database: url.pathname.slice(1) }));
    const head = await conversation.read(5);
    if (head[0] === 'R'.charCodeAt(0)) return;
    if (head[0] !== 'E'.charCodeAt(0)) throw new Error('the answer is not PostgreSQL');
    throw new Error(errorMessage(await conversation.read(head.readUInt32BE(1) - 4)));
  });
}

function startupPacket(parameters: Record<string, string>): Buffer {
  const version = 196_608; // protocol 3.0
  const pairs = Object.entries(parameters).flatMap(([key, value]) => [key, value]);
  const text = Buffer.from(`${pairs.join('\0')}\0\0`);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + text.length, 0);
  head.writeUInt32BE(version, 4);
  return Buffer.concat([head, text]);
}

/** Fields of an error are letter and text each: the message is `M`. */
function errorMessage(fields: Buffer): string {
  const message = fields
    .toString('utf8')
    .split('\0')
    .find((field) => field.startsWith('M'));
  return message?.slice(1) ?? 'an error without a message';
}

async function askRedis(url: URL): Promise<void> {
  await converse(url, CHECK_TIMEOUT_MS, async (conversation) => {
    conversation.send('*1\r\n$4\r\nPING\r\n');
    const answer = await conversation.readLine();
    if (answer !== '+PONG') throw new Error(answer.slice(0, 100));
  });
}
