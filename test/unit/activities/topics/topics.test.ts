import { mkdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHostActivities } from '../../../../src/activities/host';
import type { AgentSettings, KingfisherSettings } from '../../../../src/host/agent-settings';
import type { CommandRunner } from '../../../../src/host/programs/commands';
import { TOPIC_NAMES } from '../../../../src/shared/topics/topics';
import type { TopicAnswer, TopicAnswers, TopicRequest } from '../../../../src/shared/topics/answers';
import { useTempFolder } from '../../host/support/temp-folder';
import { hostSettings } from '../support/host';

const folder = useTempFolder();
const run: CommandRunner = async () => {
  throw new Error('no program runs on this host');
};

function host(kingfisher: Partial<KingfisherSettings> = {}, more: Partial<AgentSettings> = {}) {
  return createHostActivities({ ...hostSettings(folder.path(), kingfisher), ...more }, { run });
}

async function asked<T extends TopicRequest['topic']>(
  activities: ReturnType<typeof host>,
  request: TopicRequest & { topic: T },
): Promise<TopicAnswers[T]> {
  return ((await activities.observeTopic(request)) as Extract<TopicAnswer, { topic: T }>).answer as TopicAnswers[T];
}

const commands = (topics: AgentSettings['commands']['topics']) => ({
  commands: { topics, counts: [], metricPrefix: 'kingfisher_', keyPrefix: 'kingfisher:' },
});

describe('observeTopic', () => {
  it.each(TOPIC_NAMES)('refuses %s where the host does not name it, and asks nothing', async (topic) => {
    const others = TOPIC_NAMES.filter((name) => name !== topic);
    await expect(host({}, commands(others)).observeTopic({ topic })).rejects.toMatchObject({
      type: 'NotAllowed',
      message: `agent.commands.topics of testhost does not name ${topic}; nothing was asked`,
      nonRetryable: true,
    });
  });

  it.each([undefined, null, {}, { topic: 'shell' }, { topic: 7 }])('refuses %j', async (request) => {
    await expect(host().observeTopic(request as never)).rejects.toMatchObject({ type: 'NotConfigured' });
  });

  it('says of each part why it could not be read, and fails for none', async () => {
    const { counts, load } = await asked(host(), { topic: 'database' });
    expect([counts, load]).toEqual(Array(2).fill({ problem: expect.stringContaining('dependencies.postgres is not') }));
    const { state, health } = await asked(host(), { topic: 'service' });
    expect(state).toEqual({ problem: 'no program runs on this host' });
    expect(health).toMatchObject({ value: { health: { answer: 'refused' } } });
  });

  it('answers eight people at a time, and not the next one', async () => {
    writeLog('a');
    const activities = host();
    const position = { file: null, journal: null };
    const first = (await asked(activities, { topic: 'logs' })).position;
    const waiting = Array.from({ length: 8 }, () =>
      activities.observeTopic({ topic: 'logs', position: first, waitMs: 5_000 }),
    );
    await expect(activities.observeTopic({ topic: 'logs', position })).rejects.toThrow('8 people ask this host');
    writeLog('a', 'b');
    await Promise.all(waiting);
    await activities.observeTopic({ topic: 'logs' });
  });
});

function writeLog(...lines: string[]): void {
  mkdirSync(folder.path('log'), { recursive: true });
  writeFileSync(folder.path('log/service.log'), `${lines.join('\n')}\n`);
}

describe('logs', () => {
  it('are shown where the journal cannot be read', async () => {
    writeLog('one');
    const { reads } = await asked(host(), { topic: 'logs' });
    expect(reads).toEqual([
      expect.objectContaining({ source: 'file', lines: ['one'], problem: '' }),
      expect.objectContaining({ source: 'journal', lines: [], problem: 'no program runs on this host' }),
    ]);
  });

  const manager = { type: 'process', command: ['/bin/true'], cwd: '/', env: {} } as never;

  it('come masked, with the place where they go on', async () => {
    writeLog('one', 'two password=hunter22hunter22');
    const activities = host({ manager });
    const { reads, position } = await asked(activities, { topic: 'logs', lines: 1 });
    expect(reads).toEqual([expect.objectContaining({ source: 'file', lines: ['two password=***'], problem: '' })]);
    writeLog('one', 'two password=hunter22hunter22', 'three');
    const next = await asked(activities, { topic: 'logs', position, waitMs: 5_000 });
    expect(next.reads[0]?.lines).toEqual(['three']);
  });

  it('are looked through as they may be shown', async () => {
    writeLog('one', 'two password=hunter22hunter22');
    const of = async (match: string) => (await asked(host({ manager }), { topic: 'logs', match })).reads[0]?.lines;
    expect(await of('hunter')).toEqual([]);
    expect(await of('two')).toEqual(['two password=***']);
  });

  it('take no position for granted', async () => {
    writeLog('one');
    const position = { file: { inode: 'x', offset: -1 }, journal: { after: 7 } } as never;
    const { reads } = await asked(host({ manager }), { topic: 'logs', position, lines: 5 });
    expect(reads[0]?.lines).toEqual(['one']);
  });
});

describe('metrics', () => {
  it('are those of KingFisher, without buckets, masked and bounded', async () => {
    const said = [
      '# TYPE kingfisher_failures_total counter',
      'kingfisher_failures_total{step="download",url="https://u:hunter22@h/"} 3',
      'kingfisher_duration_seconds_bucket{le="1"} 4',
      'kingfisher_duration_seconds_sum 12.5',
      'process_cpu_seconds_total 1',
      ...Array.from({ length: 300 }, (_, at) => `kingfisher_many{n="${at}"} 1`),
    ];
    const server = http.createServer((_request, response) => response.end(`${said.join('\n')}\n`));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const all = await asked(host({ baseUrl }), { topic: 'metrics' });
    const some = await asked(host({ baseUrl }), { topic: 'metrics', match: '_bucket' });
    server.close();
    const metrics = 'value' in all.metrics ? all.metrics.value : undefined;
    expect(metrics).toMatchObject({ buckets: 1, more: 102 });
    expect(metrics!.samples).toHaveLength(200);
    expect(metrics!.samples.join('\n')).not.toMatch(/hunter22|process_|_bucket|# TYPE/);
    expect(some.metrics).toMatchObject({ value: { samples: ['kingfisher_duration_seconds_bucket{le="1"} 4'] } });
  });
});
