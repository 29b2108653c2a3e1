import { createRedactor } from '../../../../../src/host/redact';
import { readRedisOverview, scanKeys } from '../../../../../src/host/stores/inspect/redis-overview';
import { withRedis } from '../../../../../src/host/stores/redis-connection';
import { playRedis } from '../../support/redis';

const redact = createRedactor([]);
const { signal } = new AbortController();
const WHAT = { prefix: 'kingfisher:', match: '' };

it('says what INFO says, and null for what it does not', async () => {
  const redis = await playRedis(['kingfisher:a']);
  const overview = await withRedis(redis.url, signal, async (one) => await readRedisOverview(one, redact));
  redis.close();
  expect(overview).toMatchObject({ version: '7.0.0', limitBytes: 0, usedBytes: null, hitPercent: null });
  expect(overview.databases).toEqual([{ database: 1, keys: 1, expiring: 1 }]);
  expect(redis.asked).toEqual(['info']);
});

it('counts keys by their first parts, and never asks for KEYS', async () => {
  const keys = [
    'kingfisher:cache:1',
    'kingfisher:cache:2',
    'kingfisher:lock',
    'other:1',
    'kingfisher:token=hunter22hunter',
  ];
  const redis = await playRedis(keys);
  const found = await withRedis(redis.url, signal, async (one) => await scanKeys(one, WHAT, redact));
  redis.close();
  expect(found.databases).toEqual([{ database: 1, found: 4, keys: 5, isWhole: true }]);
  expect(found.groups[0]).toEqual({ group: 'kingfisher:cache:…', keys: 2 });
  expect(found.names).toEqual(expect.arrayContaining(['kingfisher:cache:1', 'kingfisher:lock']));
  expect(JSON.stringify(found)).not.toContain('hunter22');
  expect(new Set(redis.asked)).toEqual(new Set(['info', 'select', 'scan']));
});

it('looks for a text in what may be shown, so that nobody guesses at the rest', async () => {
  const redis = await playRedis(['kingfisher:password=hunter22hunter', 'kingfisher:b']);
  const of = async (match: string) =>
    await withRedis(redis.url, signal, async (one) => await scanKeys(one, { ...WHAT, match }, redact));
  expect((await of('hunter')).names).toEqual([]);
  expect((await of(':b')).names).toEqual(['kingfisher:b']);
  redis.close();
});

it('ends a scan at its bound, and says so', async () => {
  const redis = await playRedis(['kingfisher:a'], { endless: true });
  const found = await withRedis(redis.url, signal, async (one) => await scanKeys(one, WHAT, redact));
  redis.close();
  expect(found.databases).toEqual([{ database: 1, found: 1, keys: 1, isWhole: false }]);
  expect(redis.asked.filter((name) => name === 'scan').length).toBeLessThanOrEqual(400);
});
