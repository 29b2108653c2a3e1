import { writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { useTempFolder } from '../../host/support/temp-folder';
import { asksFor, linesOf } from './well-site';

const folder = useTempFolder();
let server: http.Server;
let answer: (path: string) => { status: number; body: string };

beforeEach(async () => {
  server = http.createServer(({ url = '' }, response) => {
    const { status, body } = answer(url);
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => await new Promise((resolve) => server.close(resolve)));

/** As an agent asks a KingFisher that answers so to all but /health and /ready. */
async function linesFor(status: number, body: string): Promise<string[]> {
  answer = (path) => (/^\/(health|ready)$/.test(path) ? { status: 200, body: '{}' } : { status, body });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const real = await asksFor(folder.path(), { baseUrl }, { prometheus: null });
  const { observeHealth, observeMetrics, observePluginStatistics, observeTelegramStatus, observeOutbox } = real;
  const { observeSeries } = real;
  const asked = { observeHealth, observeMetrics, observePluginStatistics, observeTelegramStatus };
  const outbox = async () => {
    const { last } = await observeOutbox({ apartMs: 0 });
    return { last: { ...last, table: { evidence: 'present' } } };
  };
  const lines = await linesOf(folder.path(), { activities: { ...asked, observeSeries, observeOutbox: outbox } });
  return lines.filter((line) => !line.startsWith('agent.prometheus'));
}

it.each([
  ['404', 404, 'Not Found', 'answers 404'],
  ['a page of an error', 502, '<html>Bad Gateway</html>', 'answers 502'],
  ['an error with status 200', 200, '{"error":"not available"}', ''],
])('an endpoint that answers %s is named with its page', async (_what, status, body, why) => {
  const lines = await linesFor(status, body);
  expect(lines.map((line) => /^KingFisher's (\S+): .*; (.*) without it; (.*)$/.exec(line)?.slice(1))).toEqual([
    ['/metrics', 'A.diagnosis, B.diagnosis, C.diagnosis and D.diagnosis go', 'set agent.kingfisher.probes.metrics'],
    ['/api/v1/master-summary/statistics', 'B.diagnosis goes', 'set agent.kingfisher.probes.statistics'],
    ['/api/v1/telegram/status', 'E.diagnosis goes', 'set agent.kingfisher.probes.telegram'],
    ['/api/v1/outbox/stats', 'F.diagnosis goes', 'set agent.kingfisher.probes.outbox'],
  ]);
  expect(lines.slice(0, 3).every((line) => line.includes(why))).toBe(true);
});

it('a metric that is not exposed is named with its page', async () => {
  const lines = await linesFor(200, 'kingfisher_pipeline_failures_total 1\n');
  const metrics = lines.filter((line) => line.startsWith('the metric'));
  expect(metrics).toHaveLength(7);
  expect(metrics[1]).toBe(
    'the metric kingfisher_analysis_duration_seconds: /metrics exposes no kingfisher_analysis_duration_seconds; ' +
      'D.diagnosis goes without it; set agent.kingfisher.metrics.analysisDuration',
  );
});

it('a script that its user may not read is named', async () => {
  await writeFile(folder.path('there.py'), '');
  const issueToken = (script: string) => ({
    issueToken: { command: [process.execPath, script], cwd: folder.path(), timeoutMs: 1 },
  });
  expect(await linesOf(folder.path(), { kingfisher: issueToken('there.py') })).toEqual([]);
  expect(await linesOf(folder.path(), { kingfisher: issueToken('scripts/none.py') })).toEqual([
    expect.stringMatching(/^agent\.kingfisher\.issueToken: \w+ may not read scripts\/none\.py; C\.2 goes without it; /),
  ]);
});
