/**
 * The world outside of a lab host, as one process in a network of its own: OpenAI, Telegram and KingFisher's clients. Each is
 * steered by one call on its control socket: `PUT /openai`, `/telegram` or `/clients` with what shall be otherwise than
 * usual, `GET /` for how all is.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Clients, type Client } from './clients';
import { StandInOpenai, type OpenaiSettings } from './openai';
import { StandInTelegram, type TelegramSettings } from './telegram';

interface Outside {
  openai: StandInOpenai;
  telegram: StandInTelegram;
  clients: Clients;
}

async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const openai = await StandInOpenai.start(env.OPENAI_API_KEY ?? '', { host: env.OUTSIDE_OPENAI!, port: 80 });
  const telegram = await StandInTelegram.start({
    host: env.OUTSIDE_TELEGRAM!,
    port: 80,
    token: env.TELEGRAM_BOT_TOKEN ?? '',
    channel: env.OUTSIDE_CHANNEL!,
    image: readFileSync(env.OUTSIDE_IMAGE!),
  });
  const clients = new Clients({
    addAddress,
    hosts: { ipv4: env.OUTSIDE_HOST_IPV4!, ipv6: env.OUTSIDE_HOST_IPV6! },
    port: 8201,
    issuer: [process.execPath, env.OUTSIDE_ISSUER!],
  });
  control(env.OUTSIDE_SOCKET!, { openai, telegram, clients });
}

function addAddress(address: string): void {
  const [length, ...flags] = address.includes(':') ? ['128', 'nodad'] : ['32'];
  execFileSync('ip', ['address', 'replace', `${address}/${length}`, 'dev', 'eth0', ...flags]);
}

function control(socket: string, outside: Outside): void {
  rmSync(socket, { force: true });
  const server = createServer((request, response) => void serve(outside, request, response));
  server.listen(socket, () => chmodSync(socket, 0o600));
}

async function serve(outside: Outside, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  const [status, answer] = await obey(outside, `${request.method} ${request.url}`, body).then(
    (result) => [200, result] as const,
    (error: Error) => [400, { error: error.message }] as const,
  );
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer));
}

async function obey({ openai, telegram, clients }: Outside, call: string, body: string): Promise<unknown> {
  switch (call) {
    case 'GET /':
      return { openai: openai.answered, clients: clients.report() };
    case 'PUT /openai':
      return await openai.set(JSON.parse(body) as Partial<OpenaiSettings>);
    case 'PUT /telegram':
      return await telegram.set(JSON.parse(body) as Partial<TelegramSettings>);
    case 'PUT /clients':
      clients.set(JSON.parse(body) as Client[]);
      return {};
    default:
      throw new Error(`${call}: GET /, PUT /openai, PUT /telegram, PUT /clients`);
  }
}

main(process.env).catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
