import { StandInOpenai } from '../../../../lab/stand-ins/openai';

const KEY = 'sk-lab-test';
let openai: StandInOpenai;
beforeEach(async () => {
  openai = await StandInOpenai.start(KEY);
});
afterEach(async () => await openai.stop());

interface Answered {
  status: number;
  retryAfter: string | null;
  body: { error?: { message: string; type: string; code: string | null }; object?: string };
}

async function ask(path: string, { key = KEY, body }: { key?: string; body?: object } = {}): Promise<Answered> {
  const response = await fetch(`${openai.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const { status, headers } = response;
  return { status, retryAfter: headers.get('retry-after'), body: (await response.json()) as Answered['body'] };
}

const question = { model: 'gpt-4o', messages: [{ role: 'user', content: 'BTCUSDT' }] };
const complete = (key = KEY) => ask('/chat/completions', { key, body: question });

it('answers models and completions', async () => {
  expect(await ask('/models')).toMatchObject({ status: 200, body: { object: 'list' } });
  expect(await complete()).toMatchObject({ status: 200, body: { object: 'chat.completion' } });
});

it('limits the questions of a key within a second, and says when to ask again', async () => {
  await openai.set({ maxQps: 3 });
  const answers = await Promise.all(Array.from({ length: 5 }, () => complete()));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
  const refused = answers.find(({ status }) => status === 429)!;
  expect(refused.retryAfter).toBe('1');
  expect(refused.body.error).toMatchObject({ type: 'requests', code: 'rate_limit_exceeded' });
  expect(openai.answered).toEqual({ 200: 3, 429: 2 });
});

it('without quota refuses each question, and promises no end', async () => {
  await openai.set({ hasQuota: false });
  expect(await complete()).toMatchObject({
    status: 429,
    retryAfter: null,
    body: { error: { code: 'insufficient_quota' } },
  });
  // Who only looks whether OpenAI is there sees nothing of it.
  expect((await ask('/models')).status).toBe(200);
});

it('knows its key, and what a question looks like', async () => {
  expect(await complete('sk-other')).toMatchObject({ status: 401, body: { error: { code: 'invalid_api_key' } } });
  const asked = await ask('/chat/completions', { body: { model: 'gpt-4o' } });
  expect(asked).toMatchObject({ status: 400, body: { error: { type: 'invalid_request_error' } } });
});

it('is overloaded, gone, and back as before', async () => {
  await openai.set({ down: 'http' });
  expect(await complete()).toMatchObject({ status: 503, body: { error: { type: 'server_error' } } });
  const { url } = openai;
  await openai.set({ down: 'refused' });
  await expect(fetch(`${url}/models`)).rejects.toThrow();
  await openai.set({});
  expect((await complete()).status).toBe(200);
});
