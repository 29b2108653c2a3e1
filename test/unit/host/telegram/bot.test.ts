import { chmodSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { createRedactor } from '../../../../src/host/redact';
import { lookAtBot } from '../../../../src/host/telegram/bot';
import { readBotToken } from '../../../../src/host/telegram/bot-token';
import { runCommand } from '../../../../src/host/programs/commands';
import { hostSettings } from '../../activities/support/host';
import { useTempFolder } from '../support/temp-folder';

const TOKEN = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
const folder = useTempFolder();
const servers: http.Server[] = [];
afterEach(async () => {
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

type Answer = [status: number, body: unknown];
const refusal = (code: number, description: string, parameters?: object): Answer => [
  code,
  { ok: false, error_code: code, description, parameters },
];
const WELL: Record<string, Answer> = {
  getMe: [200, { ok: true, result: { id: 110201543, is_bot: true, username: 'kingfisher_bot' } }],
  getWebhookInfo: [200, { ok: true, result: { url: '', has_custom_certificate: false, pending_update_count: 0 } }],
  getChat: [200, { ok: true, result: { id: -1001, type: 'channel', title: 'Liquidations' } }],
  getChatMember: [200, { ok: true, result: { status: 'administrator' } }],
};

const asked: string[] = [];

/** The Bot API for one token, as Telegram speaks it. */
async function botApi(answers: Record<string, Answer> = {}): Promise<string> {
  asked.splice(0);
  const server = http.createServer((request, response) => {
    const [, token = '', method = ''] = /^\/bot([^/]+)\/(\w+)/.exec(request.url ?? '') ?? [];
    asked.push(method);
    const all = { ...WELL, ...answers };
    const [status, body] = token === TOKEN ? (all[method] ?? refusal(404, 'Not Found')) : refusal(401, 'Unauthorized');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function look(answers: Record<string, Answer> = {}, more: { token?: string; channel?: string | null } = {}) {
  const apiUrl = await botApi(answers);
  const { telegram } = hostSettings(folder.path()).kingfisher;
  const { token = TOKEN, channel = '@liquidations' } = more;
  const from = { token, from: 'the file x', why: '' };
  const seen = await lookAtBot({ ...telegram, apiUrl, channel }, from, { redact: createRedactor([]) });
  expect(inspect(seen, { depth: null })).not.toContain('AAHdq');
  return seen;
}

it('is in order: token, webhook and channel, and no update is taken', async () => {
  expect(await look()).toMatchObject({
    token: 'valid',
    name: '@kingfisher_bot',
    endpoint: { answer: 'ok', status: 200, detail: '' },
    retryAfterMs: null,
    webhook: { host: null, pending: 0, lastError: '' },
    channel: { channel: '@liquidations', access: 'member' },
  });
  expect(asked.sort()).toEqual(['getChat', 'getChatMember', 'getMe', 'getWebhookInfo']);
});

it.each<[string, Answer, object]>([
  ['rejected', refusal(401, 'Unauthorized'), { token: 'rejected', endpoint: { answer: 'denied', status: 401 } }],
  ['never made', refusal(404, 'Not Found'), { token: 'rejected' }],
  [
    'limited',
    refusal(429, 'Too Many Requests: retry after 35', { retry_after: 35 }),
    { token: 'unknown', retryAfterMs: 35_000 },
  ],
  ['limited, and nobody says for how long', refusal(429, 'Too Many Requests'), { token: 'unknown', retryAfterMs: 0 }],
  ['not known in a trouble of Telegram', refusal(502, 'Bad Gateway'), { token: 'unknown', retryAfterMs: null }],
  [
    'not known by a page that is not Telegram',
    [404, '<html>not here</html>'],
    { token: 'unknown', endpoint: { answer: 'malformed' } },
  ],
  ['not known by an error in a 200', [200, { error: 'no' }], { token: 'unknown', endpoint: { answer: 'malformed' } }],
])('a token is %s', async (_what, answer, expected) => {
  expect(await look({ getMe: answer })).toMatchObject({ ...expected, webhook: null, channel: null });
});

it('says what the answer repeats of the token in no words', async () => {
  const seen = await look({ getMe: refusal(502, `no route for /bot${TOKEN}/getMe, ${encodeURIComponent(TOKEN)}`) });
  expect(seen.endpoint.detail).toContain('no route for');
});

it('names the host of a webhook and not its path', async () => {
  const result = { url: 'https://hooks.example/s3cr3t', pending_update_count: 7, last_error_message: 'Wrong response' };
  const { webhook } = await look({ getWebhookInfo: [200, { ok: true, result }] });
  expect(webhook).toEqual({ host: 'hooks.example', pending: 7, lastError: 'Wrong response' });
});

it('reads no answer about the webhook as nothing pending', async () => {
  for (const answer of [
    [404, 'no'],
    [200, { ok: true, result: {} }],
    [200, { error: 'x' }],
  ] as Answer[]) {
    expect((await look({ getWebhookInfo: answer })).webhook).toBeNull();
  }
});

it.each<[string, Record<string, Answer>, object]>([
  [
    'deleted or renamed',
    { getChat: refusal(400, 'Bad Request: chat not found') },
    { access: 'notFound', detail: 'Bad Request: chat not found' },
  ],
  [
    'closed to the bot',
    { getChat: refusal(403, 'Forbidden: bot was kicked from the channel chat') },
    { access: 'forbidden' },
  ],
  [
    'public, and the bot is no member',
    { getChatMember: [200, { ok: true, result: { status: 'left' } }] },
    { access: 'left' },
  ],
  [
    'a group with another id now',
    { getChat: refusal(400, 'Bad Request: group chat was upgraded', { migrate_to_chat_id: -100777 }) },
    { access: 'moved', detail: '-100777' },
  ],
  ['reachable, where nobody says who is a member', { getChatMember: [404, 'no'] }, { access: 'reachable' }],
  ['not known in a trouble of Telegram', { getChat: refusal(500, 'Internal Server Error') }, { access: 'unknown' }],
])('a channel is %s', async (_what, answers, expected) => {
  expect((await look(answers)).channel).toMatchObject(expected);
});

it('asks for no channel where none is configured, and nothing without a token', async () => {
  expect((await look({}, { channel: null })).channel).toBeNull();
  expect(asked.sort()).toEqual(['getMe', 'getWebhookInfo']);
  const { telegram } = hostSettings(folder.path()).kingfisher;
  const apiUrl = await botApi();
  const options = { redact: createRedactor([]) };
  expect(await lookAtBot({ ...telegram, apiUrl }, { token: null, from: null, why: '' }, options)).toMatchObject({
    token: 'absent',
  });
  expect(asked).toEqual([]);
});

it('that cannot be reached says nothing of the token', async () => {
  const { telegram } = hostSettings(folder.path()).kingfisher;
  const token = { token: TOKEN, from: 'the file x', why: '' };
  for (const apiUrl of ['http://127.0.0.1:1', 'http://no-such-host.invalid']) {
    const seen = await lookAtBot({ ...telegram, apiUrl }, token, { redact: createRedactor([]) });
    expect(seen).toMatchObject({ token: 'unknown', endpoint: { status: null } });
    expect(inspect(seen, { depth: null })).not.toContain('AAHdq');
  }
});

describe('the token', () => {
  const read = async (telegram: object, env: Record<string, string> = {}) => {
    const { kingfisher } = hostSettings(folder.path());
    const manager = { type: 'process', command: ['/bin/true'], cwd: '/', logFile: '/x', pidFile: '/y', env } as const;
    return await readBotToken(
      { telegram: { ...kingfisher.telegram, ...telegram }, manager: { ...manager, command: [...manager.command] } },
      runCommand,
    );
  };

  it('is that of the file, then of the configuration, then of the environment of the service', async () => {
    const tokenFile = folder.path('token');
    writeFileSync(tokenFile, `${TOKEN}\n`);
    chmodSync(tokenFile, 0o600);
    const env = { TELEGRAM_BOT_TOKEN: '3:c' };
    expect(await read({ tokenFile, token: '2:b' }, env)).toEqual({
      token: TOKEN,
      from: `the file ${tokenFile}`,
      why: '',
    });
    expect(await read({ token: '2:b' }, env)).toMatchObject({ token: '2:b' });
    expect(await read({}, env)).toEqual({
      token: '3:c',
      from: 'TELEGRAM_BOT_TOKEN in the environment of KingFisher',
      why: '',
    });
    expect(await read({}, {})).toEqual({ token: null, from: null, why: '' });
    expect(await read({ tokenVariable: null }, env)).toEqual({ token: null, from: null, why: '' });
  });

  it('of another form is sent nowhere and shown to nobody', async () => {
    const seen = await read({}, { TELEGRAM_BOT_TOKEN: '../secret/x?y' });
    expect(seen).toMatchObject({ token: null, why: expect.stringContaining('holds no bot token') });
    expect(JSON.stringify(seen)).not.toContain('secret');
    expect(await read({ tokenFile: folder.path('none') })).toMatchObject({
      token: null,
      why: expect.stringContaining('cannot be read'),
    });
  });
});
