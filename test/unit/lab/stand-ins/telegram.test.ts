import { StandInTelegram } from '../../../../lab/stand-ins/telegram';
import { jpeg, whatIsWrong } from '../../../../lab/kingfisher/tasks/image';

const TOKEN = '7000000001:AAtest';
const IMAGE = jpeg(2_000);
let telegram: StandInTelegram;
beforeEach(async () => {
  telegram = await StandInTelegram.start({ token: TOKEN, channel: '@maps', image: IMAGE });
});
afterEach(async () => await telegram.stop());

interface Answered {
  status: number;
  body: { ok: boolean; result?: unknown; error_code?: number; description?: string; parameters?: object };
}

async function call(method: string, token = TOKEN): Promise<Answered> {
  const response = await fetch(`${telegram.url}/bot${token}/${method}`);
  return { status: response.status, body: (await response.json()) as Answered['body'] };
}

interface Post {
  update_id: number;
  channel_post: { photo: { file_id: string }[] };
}

/** Waits for the next post. */
async function nextPost(offset = 0): Promise<Post> {
  const { body } = await call(`getUpdates?offset=${offset}&timeout=30`);
  return (body.result as Post[])[0]!;
}

it('posts images that are fetched once', async () => {
  await telegram.set({ imageEverySeconds: 0.05 });
  const post = await nextPost();
  const { body } = await call(`getFile?file_id=${post.channel_post.photo[0]!.file_id}`);
  const { file_path: path } = body.result as { file_path: string };
  const file = await fetch(`${telegram.url}/file/bot${TOKEN}/${path}`);
  expect(Buffer.from(await file.arrayBuffer()).equals(IMAGE)).toBe(true);
  expect((await nextPost(post.update_id + 1)).update_id).toBe(post.update_id + 1);
});

it('keeps a post for as long as it was not confirmed', async () => {
  await telegram.set({ imageEverySeconds: 0.05 });
  const first = await nextPost();
  expect((await nextPost()).update_id).toBe(first.update_id);
});

it('can post what is no whole image', async () => {
  await telegram.set({ imageEverySeconds: 0.05, corruptImages: true });
  const { channel_post: channelPost } = await nextPost();
  const { body } = await call(`getFile?file_id=${channelPost.photo[0]!.file_id}`);
  const { file_path: path } = body.result as { file_path: string };
  const bytes = await (await fetch(`${telegram.url}/file/bot${TOKEN}/${path}`)).arrayBuffer();
  expect(whatIsWrong(Buffer.from(bytes))).not.toBeNull();
});

it('refuses an unknown token, and its own once it was revoked', async () => {
  expect(await call('getMe')).toMatchObject({ status: 200, body: { ok: true } });
  const unauthorized = { status: 401, body: { ok: false, error_code: 401, description: 'Unauthorized' } };
  expect(await call('getMe', '1:x')).toEqual(unauthorized);
  await telegram.set({ revoked: true });
  expect(await call('getMe')).toEqual(unauthorized);
});

it('limits every call, also one that waits, and says for how long', async () => {
  await telegram.set({ imageEverySeconds: 0 });
  const waiting = call('getUpdates?timeout=30');
  await telegram.set({ rateLimitedSeconds: 60 });
  for (const answer of [await waiting, await call('getMe')]) {
    expect(answer).toMatchObject({ status: 429, body: { parameters: { retry_after: expect.any(Number) } } });
    expect(answer.body.description).toMatch(/^Too Many Requests: retry after \d+$/);
  }
});

it('refuses getUpdates while a webhook is set', async () => {
  await telegram.set({ webhookUrl: 'https://example.com/hook' });
  expect(await call('getUpdates')).toMatchObject({
    status: 409,
    body: { description: expect.stringContaining('webhook is active') },
  });
  expect(await call('getWebhookInfo')).toMatchObject({ body: { result: { url: 'https://example.com/hook' } } });
  await call('deleteWebhook');
  expect((await call('getUpdates')).status).toBe(200);
});

it('lets one ask for updates at a time: a newer question ends the older one', async () => {
  await telegram.set({ imageEverySeconds: 0 });
  const first = call('getUpdates?timeout=30');
  // Which of the two came first is the network's matter.
  const second = call('getUpdates?timeout=30');
  const ended = await Promise.race([first, second]);
  expect(ended).toMatchObject({
    status: 409,
    body: { description: expect.stringContaining('terminated by other getUpdates') },
  });
  await telegram.set({ revoked: true });
  await Promise.all([first, second]);
});

it.each([
  ['kicked', 403, 'Forbidden: bot was kicked from the channel chat'],
  ['gone', 400, 'Bad Request: chat not found'],
] as const)('a bot whose channel is %s', async (channel, status, description) => {
  expect(await call('getChat?chat_id=@maps')).toMatchObject({
    body: { result: { type: 'channel', username: 'maps' } },
  });
  await telegram.set({ channel });
  expect(await call('getChat?chat_id=@maps')).toMatchObject({ status, body: { description } });
});
