import { mkdir, utimes, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { readImageStock } from '../../../../src/host/capacity/images';
import { trendBy } from '../../../../src/host/capacity/trend';
import { useTempFolder } from '../support/temp-folder';

const folder = useTempFolder();
const { signal } = new AbortController();
const NOW = Date.parse('2026-11-30T12:00:00Z');

async function put(place: string, bytes: number): Promise<void> {
  await mkdir(path.dirname(folder.path(place)), { recursive: true });
  await writeFile(folder.path(place), 'x'.repeat(bytes));
}

describe('images', () => {
  const stock = async (layout = 'YYYY/MM/DD') =>
    await readImageStock({
      imagesDir: folder.path('images'),
      layout,
      leftOut: [folder.path('images/temp')],
      signal,
      now: NOW,
    });

  it('are added up by the folders of their days, without today, what is no image, and what is left out', async () => {
    await put('images/2026/11/27/a.jpg', 10);
    await put('images/2026/11/28/deep/b.PNG', 20);
    await put('images/2026/11/28/notes.txt', 500);
    await put('images/2026/11/30/c.jpeg', 5);
    await put('images/temp/d.jpg', 500);
    expect(await stock()).toEqual({
      ...{ files: 3, bytes: 35 },
      points: [
        [Date.parse('2026-11-28'), 10],
        [Date.parse('2026-11-29'), 30],
      ],
    });
  });

  it('that lie flat are of the day when they were written; a missing folder is none', async () => {
    expect(await stock('flat')).toBeUndefined();
    await put('images/a.jpg', 10);
    await utimes(folder.path('images/a.jpg'), new Date(), new Date('2026-11-20T10:00:00Z'));
    expect(await stock('flat')).toMatchObject({ files: 1, points: [[Date.parse('2026-11-21'), 10]] });
  });
});

describe('the trend by Prometheus', () => {
  const asked: URL[] = [];
  let server: http.Server;
  let answer: { status?: number; body: unknown };
  beforeAll(async () => {
    server = http.createServer((request, response) => {
      asked.push(new URL(request.url!, 'http://x'));
      response.writeHead(answer.status ?? 200).end(JSON.stringify(answer.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());

  const matrix = (...result: object[]) => ({ status: 'success', data: { resultType: 'matrix', result } });
  const settings = () => ({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ match: { instance: 'h1' }, timeoutMs: 5_000, headers: {}, token: null, tokenFile: null },
  });
  const redact = (text: string) => text;
  const ask = async (body: unknown, query: string | null = 'sum(x)', status = 200) => {
    answer = { status, body };
    const overMs = 28 * 86_400_000;
    return await trendBy(settings(), { query, key: 'database', overMs }, { redact, signal });
  };

  it('is its range query over the whole time', async () => {
    const values = [
      [1_000, '5'],
      [2_000, 'NaN'],
      [3_000, '7'],
    ];
    const points = [
      [1_000_000, 5],
      [3_000_000, 7],
    ];
    expect(await ask(matrix({ metric: {}, values }))).toEqual({ points, source: 'prometheus', why: '' });
    const { pathname, searchParams } = asked.at(-1)!;
    expect([pathname, searchParams.get('query')]).toEqual(['/api/v1/query_range', 'sum(x)']);
    expect(Number(searchParams.get('end')) - Number(searchParams.get('start'))).toBe(28 * 86_400);
  });

  it.each([
    ['there is no such series', matrix(), /no such series/],
    ['there are several', matrix({ metric: {}, values: [] }, { metric: {}, values: [] }), /has 2 such series/],
    ['it answers something else', { status: 'success', data: {} }, /no matrix/],
  ])('says why it is not known where %s', async (_what, body, why) => {
    expect(await ask(body)).toEqual({ points: [], source: 'none', why: expect.stringMatching(why) as string });
  });

  it('says what is not configured, and that it is away', async () => {
    expect((await ask({}, null)).why).toBe('agent.maintenance.capacity.trends.database is not set');
    expect((await ask({}, 'x', 503)).why).toMatch(/^Prometheus: 503/);
    const none = await trendBy(null, { query: 'x', key: 'database', overMs: 1 }, { redact, signal });
    expect(none.why).toBe('no Prometheus is configured');
  });
});
