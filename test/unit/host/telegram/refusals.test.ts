import { findRefusals } from '../../../../src/host/telegram/refusals';

const WORDS = { about: ['telegram', 'getUpdates', 'bot'], notAbout: ['openai'] };
const SINCE = Date.parse('2026-11-23T10:00:00Z');
const find = (...lines: string[]) => findRefusals(lines, SINCE, WORDS);

it.each<[string, string, boolean]>([
  [
    'of the HTTP client',
    '2026-11-23T10:05:00Z INFO POST https://api.telegram.org/bot*** "HTTP/1.1 429 Too Many Requests"',
    true,
  ],
  ['of JSON', '{"time":"2026-11-23T10:05:00Z","msg":"telegram","status":429}', true],
  ['in words', '2026-11-23T10:05:00Z Telegram: Too Many Requests, retry after 35', true],
  ['of flood control', '2026-11-23T10:05:00Z telegram.error.RetryAfter: Flood control exceeded', true],
  ['milliseconds of its time', '2026-11-23 10:05:00,429 INFO telegram: 3 updates', false],
  ['a number of its own', '2026-11-23T10:05:00Z telegram: 4290 ms', false],
  ['a fraction', '2026-11-23T10:05:00Z telegram: 0.429 s', false],
  ['of OpenAI', '2026-11-23T10:05:00Z bot: openai answers 429', false],
  ['of nobody named', '2026-11-23T10:05:00Z upstream answers 429', false],
  ['before the time asked about', '2026-11-23T09:55:00Z telegram answers 429', false],
])('a line %s', (_what, line, counts) => {
  expect(find(line, '2026-11-23T10:06:00Z all is well').limited).toEqual(counts ? [line] : []);
});

it('gives the longest wait that is asked for', () => {
  const found = find(
    '2026-11-23T10:05:00Z telegram 429 retry after 5',
    '2026-11-23T10:05:01Z telegram 429, retry_after: 90',
  );
  expect(found).toMatchObject({ retryAfterMs: 90_000, conflicts: [] });
  expect(find('2026-11-23T10:05:00Z telegram 429').retryAfterMs).toBeNull();
});

it('tells of another program that fetches the same updates', () => {
  const line = '2026-11-23T10:05:00Z telegram.error.Conflict: Conflict: terminated by other getUpdates request';
  expect(find(line)).toMatchObject({ limited: [], conflicts: [line] });
  const hook =
    "2026-11-23T10:05:00Z telegram getUpdates failed: 409 Conflict: can't use getUpdates while webhook is active";
  expect(find(hook).conflicts).toEqual([]);
});
