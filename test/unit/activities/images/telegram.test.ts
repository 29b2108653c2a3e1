import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createHostActivities } from '../../../../src/activities/host';
import type { KingfisherSettings } from '../../../../src/host/agent-settings';
import { runCommand } from '../../../../src/host/programs/commands';
import type { Command } from '../../../../src/host/programs/commands';
import { useTempFolder } from '../../host/support/temp-folder';
import { hostSettings } from '../support/host';

const folder = useTempFolder();
const servers: http.Server[] = [];
afterEach(async () => {
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

const TOKEN = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
const settings = (more: Partial<KingfisherSettings> = {}) => hostSettings(folder.path(), more);
const since = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString();

function log(...lines: string[]): void {
  const file = folder.path('log/service.log');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
}

async function serve(answer: http.RequestListener): Promise<string> {
  const server = http.createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('finds the refusals of a log file within the time asked about, and shows no token', async () => {
  log(
    `${since(60)} telegram 429 of an hour ago`,
    `${since(5)} HTTP Request: POST https://api.telegram.org/bot${TOKEN}/getUpdates "HTTP/1.1 429 Too Many Requests"`,
    `${since(4)} all is well`,
  );
  const seen = await createHostActivities(settings()).observeTelegramRefusals({ since: since(15) });
  expect(seen).toMatchObject({ evidence: 'present', limited: 1, conflicts: 0 });
  expect(seen.lines).toHaveLength(1);
  expect(JSON.stringify(seen)).not.toContain('AAHdq');
});

it('a log that is missing tells of no refusal, and is not called good', async () => {
  const seen = await createHostActivities(settings()).observeTelegramRefusals({ since: since(15) });
  expect(seen).toMatchObject({ evidence: 'absent', limited: 0 });
  const none = createHostActivities(settings({ logFile: 'none' })).observeTelegramRefusals({ since: since(15) });
  await expect(none).rejects.toMatchObject({ type: 'NotConfigured' });
});

it('finds them in the journal of the unit', async () => {
  const asked: string[][] = [];
  const entry = {
    MESSAGE: 'telegram: 429 Too Many Requests, retry after 70',
    __REALTIME_TIMESTAMP: String((Date.now() - 60_000) * 1_000),
  };
  const run = async (command: Command) => {
    if (!command.program.endsWith('journalctl')) return await runCommand(command);
    asked.push([...command.args]);
    return { exitCode: 0, stdout: `${JSON.stringify(entry)}\n`, stderr: '' } as Awaited<ReturnType<typeof runCommand>>;
  };
  const journal = settings({ logFile: 'journal' });
  const seen = await createHostActivities(journal, { run }).observeTelegramRefusals({ since: since(15) });
  expect(seen).toMatchObject({ path: 'journal of kingfisher.service', limited: 1, retryAfterMs: 70_000 });
  expect(asked.flat()).toContain('_SYSTEMD_UNIT=kingfisher.service');
});

it('asks Telegram with the token of a file, which stands in no argument and in no answer', async () => {
  const tokenFile = folder.path('token');
  writeFileSync(tokenFile, TOKEN);
  chmodSync(tokenFile, 0o600);
  const paths: string[] = [];
  const apiUrl = await serve((request, response) => {
    paths.push(request.url ?? '');
    response.end(JSON.stringify({ ok: false, error_code: 401, description: `Unauthorized ${request.url}` }));
  });
  const { telegram } = settings().kingfisher;
  const bot = await createHostActivities(
    settings({ telegram: { ...telegram, apiUrl, tokenFile } }),
  ).observeTelegramBot();
  expect(bot).toMatchObject({ token: 'rejected', tokenFrom: `the file ${tokenFile}` });
  expect(paths).toEqual([`/bot${TOKEN}/getMe`]);
  expect(JSON.stringify(bot)).not.toContain('AAHdq');
});

it('looks at the way out, and at what KingFisher says', async () => {
  const url = await serve((_request, response) => response.end('{"connected":true}'));
  const { telegram } = settings().kingfisher;
  const host = settings({ baseUrl: url, telegram: { ...telegram, apiUrl: url, reference: null } });
  const activities = createHostActivities(host);
  expect(await activities.observeWayOut()).toMatchObject({
    telegram: { connect: 'ok' },
    reference: null,
    address: null,
  });
  expect(await activities.observeTelegramStatus()).toMatchObject({ connected: true, endpoint: { status: 200 } });
});
