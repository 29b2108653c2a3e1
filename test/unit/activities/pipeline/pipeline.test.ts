import { mkdir, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createHostActivities } from '../../../../src/activities/host';
import { SeenFailures } from '../../../../src/activities/host/pipeline/failures';
import type { AgentSettings, KingfisherSettings } from '../../../../src/host/agent-settings';
import { findUser, listUsers } from '../../../../src/host/programs/users';
import type { SeriesState } from '../../../../src/shared/observations/series';
import { failuresStanding } from '../../../../src/shared/observations/standing';
import { useTempFolder } from '../../host/support/temp-folder';
import { hostSettings } from '../support/host';

const folder = useTempFolder();
const servers: http.Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function serve(answer: (url: string) => { status?: number; body: string }): Promise<string> {
  const server = http.createServer((request, response) => {
    const { status = 200, body } = answer(request.url ?? '');
    response.writeHead(status).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const agentOf = (kingfisher: Partial<KingfisherSettings> = {}, more: Partial<AgentSettings> = {}) =>
  createHostActivities({ ...hostSettings(folder.path(), kingfisher), ...more });

describe('errors in the log', () => {
  it('are counted by kind, with masked examples and the plugins they name', async () => {
    await mkdir(folder.path('log'));
    const now = new Date().toISOString();
    const lines = [
      `${now} INFO [openai] asked`,
      `${now} ERROR [openai] step openai_analysis failed: 429 Too Many Requests: key sk-proj-abcdefghijklmnopqrstuvwxyz012345`,
      `${now} ERROR [plugin] step plugin failed: plugin win_rate error: KeyError`,
    ];
    await writeFile(folder.path('log/service.log'), `${lines.join('\n')}\n`);
    const seen = await agentOf().observeErrorLines({ windowMs: 300_000 });
    expect(seen).toMatchObject({ evidence: 'present', errors: 2, plugins: ['win_rate'], partial: '' });
    expect(seen.kinds.map(({ kind, count }) => [kind, count])).toEqual([
      ['rateLimit', 1],
      ['plugin', 1],
    ]);
    expect(JSON.stringify(seen)).not.toContain('abcdefghijklmnop');
  });

  it('of a log that is not there are not known', async () => {
    expect(await agentOf().observeErrorLines({ windowMs: 300_000 })).toMatchObject({ evidence: 'absent', errors: 0 });
  });

  it('without a log that is configured are NotConfigured', async () => {
    const asked = agentOf({ logFile: 'none' }).observeErrorLines({ windowMs: 300_000 });
    await expect(asked).rejects.toMatchObject({ type: 'NotConfigured' });
  });
});

describe('statistics of plugins', () => {
  const ask = async (body: string, status = 200) => {
    const baseUrl = await serve(() => ({ body, status }));
    return await agentOf({ baseUrl }).observePluginStatistics();
  };

  it('name those that failed, the most often first', async () => {
    const plugins = { a: { failures: 1 }, b: { failures: 0 }, c: { failures: 7 }, '--x': { failures: 9 } };
    const { failing } = await ask(JSON.stringify({ plugins }));
    expect(failing.map(({ plugin }) => plugin)).toEqual(['c', 'a']);
  });

  it.each([
    ['a 404', 'Not Found', 404, 'unhealthy'],
    ['an error with status 200', '{"error":"starting"}', 200, 'malformed'],
    ['a page', '<html>', 200, 'malformed'],
  ])('that are %s say nothing', async (_name, body, status, answer) => {
    expect(await ask(body, status)).toMatchObject({ endpoint: { answer }, failing: [] });
  });
});

describe('the test of a plugin', () => {
  const pluginTest = async (command: string[], timeoutMs = 5_000) => {
    const user = (await listUsers()).find(({ uid }) => uid === process.getuid?.())!.name;
    const { pipeline } = hostSettings(folder.path()).kingfisher;
    const manager = {
      ...{ type: 'process' as const, command: ['/bin/true'], cwd: folder.path(), env: { PLUGIN_TOKEN: 'geheim-4711' } },
      ...{ user, logFile: folder.path('a.log'), pidFile: folder.path('a.pid') },
    };
    return agentOf({
      manager,
      pipeline: { ...pipeline, pluginTest: { command, symbol: 'BTCUSDT', timeoutMs } },
    });
  };
  const sh = (script: string) => ['/bin/sh', '-c', script, 'test', '--plugin', '{plugin}', '--symbol', '{symbol}'];

  it('hands over name and symbol as arguments of their own, and the environment of the service', async () => {
    const agent = await pluginTest(sh('echo "$# $2 $4 $(id -u)"; test -n "$PLUGIN_TOKEN"'));
    const uid = (await findUser((await listUsers()).find((one) => one.uid === process.getuid?.())!.name)).uid;
    const test = await agent.testPlugin({ plugin: 'symbol_update' });
    expect(test).toEqual({ plugin: 'symbol_update', result: 'passed', output: `4 symbol_update BTCUSDT ${uid}` });
  });

  it('that fails says why, masked and bounded', async () => {
    const agent = await pluginTest(sh('yes line | head -c 100000; echo "KeyError $PLUGIN_TOKEN" >&2; exit 3'));
    const { result, output } = await agent.testPlugin({ plugin: 'a' });
    expect(result).toBe('failed');
    expect(output).toMatch(/^exit code 3: [^]*KeyError \S+$/);
    expect(output).not.toContain('geheim');
    expect(output.length).toBeLessThan(600);
  });

  it('that does not end, or cannot begin, says nothing of the plugin', async () => {
    const endless = await pluginTest(sh('sleep 60'), 200);
    expect(await endless.testPlugin({ plugin: 'a' })).toMatchObject({ result: 'unknown' });
    const missing = await pluginTest([path.join(folder.path(), 'none'), '{plugin}']);
    expect(await missing.testPlugin({ plugin: 'a' })).toMatchObject({ result: 'unknown' });
  });

  it.each(['--help', '../x', 'a b', '', '$(id)', 'a'.repeat(100)])('refuses the name %j', async (plugin) => {
    const agent = await pluginTest(sh('exit 0'));
    await expect(agent.testPlugin({ plugin })).rejects.toMatchObject({ type: 'UnsafeSelector' });
  });

  it('is NotConfigured where there is no command', async () => {
    await expect(agentOf().testPlugin({ plugin: 'a' })).rejects.toMatchObject({ type: 'NotConfigured' });
  });
});

describe('how often the pipeline fails', () => {
  const series = (failures: number, more: Partial<SeriesState> = {}): SeriesState => ({
    ...{ name: 'f', answer: 'ok', source: 'metrics', windowMs: 10_000, dropped: 0, detail: '', observedAt: '' },
    series: [{ labels: {}, value: failures }],
    ...more,
  });

  it('is what was seen in the looks of its time, taken together', () => {
    const seen = new SeenFailures(60_000);
    expect(seen.add(series(2), 0)).toMatchObject({ per5m: 60, seenMs: 10_000 });
    expect(seen.add(series(0), 11_000)).toMatchObject({ per5m: 30, seenMs: 20_000 });
    expect(seen.add(series(0), 61_000)).toMatchObject({ per5m: 0, seenMs: 20_000 });
  });

  it('is what Prometheus says of the whole window, without what it said before', () => {
    const seen = new SeenFailures(60_000);
    const of = (value: number) => series(value, { source: 'prometheus', windowMs: 60_000 });
    expect(seen.add(of(4), 0).per5m).toBe(20);
    expect(seen.add(of(1), 1_000).per5m).toBe(5);
  });

  it('is not known where the counter is not, whatever was seen before', () => {
    const seen = new SeenFailures(60_000);
    seen.add(series(0), 0);
    const lost = seen.add(series(0, { answer: 'absent', series: [] }), 10_000);
    expect(lost).toMatchObject({ per5m: null, answer: 'absent' });
    expect(seen.add(series(1), 20_000)).toMatchObject({ per5m: 30, seenMs: 10_000 });
  });

  it('is well only where it is known to be seldom, with automation at work', () => {
    const rate = { seenMs: 1, detail: '', answer: 'ok' as const, observedAt: '', per5m: 5, isPaused: false };
    expect(failuresStanding(rate, 5)).toBe('well');
    expect(failuresStanding({ ...rate, per5m: 5.1 }, 5)).toBe('the pipeline fails too often');
    expect(failuresStanding({ ...rate, isPaused: true }, 5)).toBe('automation is paused');
    expect(failuresStanding({ ...rate, isPaused: null }, 5)).toContain('not known');
    expect(failuresStanding({ ...rate, per5m: null, answer: 'malformed' }, 5)).toContain('not known (malformed)');
  });

  it('is asked of the service itself: an error with status 200 is not "no failures"', async () => {
    const baseUrl = await serve(() => ({ body: '{"error":"starting"}' }));
    const asked = { reading: 'pipelineFailures', atMost: 5, withinMs: 10_000, pausedBy: 'automation.paused' } as const;
    const verdict = await agentOf({ baseUrl }).waitUntil({ ...asked, windowMs: 0, deadlineMs: 0 });
    expect(verdict).toMatchObject({ holds: false, last: { per5m: null, answer: 'malformed', isPaused: false } });
  });
});

it('failures are told by step and reason, with what they are of', async () => {
  const name = 'kingfisher_pipeline_failures_total';
  const total = (reason: string, value: number) => `${name}{step="openai_analysis",reason="${reason}"} ${value}\n`;
  const bodies = [1, 4].map((value) => `# TYPE ${name} counter\n${total('rate_limited', value)}${total('timeout', 2)}`);
  const baseUrl = await serve(() => ({ body: (bodies.length > 1 ? bodies.shift() : bodies[0])! }));
  const { kinds, series } = await agentOf({ baseUrl }).observeFailures({ windowMs: 300_000 });
  expect(series).toMatchObject({ answer: 'ok', series: [{ value: 3 }] });
  expect(kinds).toEqual([{ kind: 'rateLimit', count: 3, example: 'step=openai_analysis reason=rate_limited' }]);
}, 30_000);
