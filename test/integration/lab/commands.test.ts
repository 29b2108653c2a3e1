import { appendFileSync } from 'node:fs';
import { differences, takeSnapshot } from '../../../lab/gameday/snapshot';
import { createCommandsCommand } from '../../../src/cli/commands/commands';
import { TOPIC_NAMES } from '../../../src/shared/topics/topics';
import type { TopicAnswer, TopicAnswers } from '../../../src/shared/topics/answers';
import type { TopicName } from '../../../src/shared/topics/topics';
import { outputOf } from '../../support/output-of';
import { LabSite } from '../../support/sites/lab-site';
import { waitFor } from '../../support/wait-for';

const NAME = 'looks';
const LOG = '/var/log/kingfisher/service.log';

let site: LabSite;

beforeAll(async () => {
  site = await LabSite.up(NAME, { host: { images: 1 } });
  for (let key = 0; key < 60; key++) {
    await site.host.exec(['redis-cli', '-n', '1', 'SET', `kingfisher:cache:${key}`, 'x']);
  }
});
afterAll(async () => await site?.down());

async function commands(...argv: string[]) {
  const flags = ['--config', site.stack.configFile, '--as', 'anna'];
  const { said, code } = await outputOf(() =>
    createCommandsCommand().parseAsync([...argv, ...flags], { from: 'user' }),
  );
  return { said, code };
}

/** What a host answers, as one reads it by hand. */
async function seen(topic: TopicName): Promise<string> {
  const { said, code } = await commands(topic, '--host', NAME);
  expect({ topic, code, said: said.includes('NOT READ') ? said : '' }).toEqual({ topic, code: undefined, said: '' });
  // For whoever wants to look at it.
  const file = process.env['HALCYON_SHOW_COMMANDS'];
  if (file !== undefined) appendFileSync(file, `${said}\n`);
  return said;
}

async function asked<T extends TopicName>(topic: T, ...flags: string[]): Promise<TopicAnswers[T]> {
  const { said } = await commands(topic, '--host', NAME, '--json', ...flags);
  return (JSON.parse(said) as Extract<TopicAnswer, { topic: T }>).answer as TopicAnswers[T];
}

it('every topic is read on a real host, and nothing of the host is another than before', async () => {
  const since = new Date();
  const before = await takeSnapshot(site.host, since);
  const keysAsked = await keysCalls();
  const said: Partial<Record<TopicName, string>> = {};
  for (const topic of TOPIC_NAMES) said[topic] = await seen(topic);
  expect(said['service']).toMatch(/kingfisher\.service: active \(running\) since .*\n.*main pid \d+/);
  expect(said['service']).toMatch(/\/ready +200 ok/);
  expect(said['logs']).toContain(`${LOG}  [tail]`);
  expect(said['logs']).toMatch(/journal of kingfisher\.service[^]*systemd: Started/);
  expect(said['metrics']).toMatch(/^ +\d+ +kingfisher_\w+/m);
  expect(said['database']).toMatch(/kingfisher\.liquidation_clusters +\d+ +rows with created_at in the last 1 h/);
  expect(said['redis']).toMatch(/db1: 60 of \d+ keys\n +kingfisher:cache:… +60 keys/);
  expect(said['queues']).toMatch(/rabbit@\S+: runs for .*, no alarm/);
  expect(said['processes']).toMatch(/listens on 8201/);
  expect(said['performance']?.match(/^\d\d:\d\d:\d\d /gm)).toHaveLength(5);
  expect(differences(before, await takeSnapshot(site.host, since))).toEqual([]);
  expect(await keysCalls()).toBe(keysAsked);
});

it('what contains a text is found, and a store that is down hides nothing of the others', async () => {
  const { metrics } = await asked('metrics', '--match', 'security');
  const samples = 'value' in metrics ? metrics.value.samples : [];
  expect(samples.length).toBeGreaterThan(0);
  expect(samples.filter((sample) => !sample.includes('security'))).toEqual([]);
  await site.host.systemctl('stop', 'redis-server.service');
  const { said, code } = await commands('redis', '--host', NAME);
  expect(said).toMatch(/NOT READ: .*ECONNREFUSED/);
  expect(code).toBe(1);
  await site.host.systemctl('start', 'redis-server.service');
});

it('a log is followed over its rotation, and Temporal keeps that somebody did', async () => {
  const since = new Date().toISOString();
  const lines: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((part) => {
    lines.push(...String(part).split('\n'));
    return true;
  });
  const heard = async (text: string) => {
    await waitFor(async () => lines.some((line) => line.includes(text)), { what: text, deadlineMs: 30_000 });
  };
  const say = async (text: string) => await site.host.exec(['tee', '-a', LOG], { input: `${text}\n` });
  try {
    const flags = ['--config', site.stack.configFile, '--as', 'anna', '--match', 'said'];
    const leaving = new AbortController();
    const following = createCommandsCommand((work) => work(leaving.signal)).parseAsync(
      ['logs', '--host', NAME, '--follow', ...flags],
      {
        from: 'user',
      },
    );
    await heard('from now on as it is written');
    await say('first said password=hunter22hunter22');
    await heard('first said password=***');
    await site.host.exec(['mv', LOG, `${LOG}.1`]);
    await site.host.exec(['tee', '-a', `${LOG}.1`], { input: 'said after its file was moved\n' });
    await site.host.exec(['cp', '--preserve', '--attributes-only', `${LOG}.1`, LOG]);
    await say('said to the new file');
    await heard('said after its file was moved');
    await heard('said to the new file');
    leaving.abort();
    await following;
  } finally {
    write.mockRestore();
  }
  expect(lines.join('\n')).not.toContain('hunter22');
  const runs = async (status: string) => {
    const query = `WorkflowType = 'askHost' AND StartTime > '${since}' AND ExecutionStatus = '${status}'`;
    return (await site.stack.client.workflow.count(query)).count;
  };
  await waitFor(async () => (await runs('Running')) === 0, { what: 'no question to be open', deadlineMs: 60_000 });
  expect((await runs('Completed')) + (await runs('Canceled'))).toBeGreaterThan(0);
});

it('a topic that the host takes away is refused, and an agent that is away is told within seconds', async () => {
  const file = '/etc/halcyon/halcyon.yaml';
  await site.host.exec(['sed', '-i', 's|^agent:|agent:\\n  commands: { topics: [service] }|', file]);
  await site.host.systemctl('restart', 'halcyon-agent.service');
  await expect(commands('redis', '--host', NAME)).rejects.toThrow(
    `agent.commands.topics of ${NAME} does not name redis; nothing was asked`,
  );
  await site.host.systemctl('stop', 'halcyon-agent.service');
  await expect(commands('service', '--host', NAME)).rejects.toThrow(/the agent (on|of) looks /);
});

/** How often Redis was asked for KEYS since its start. */
async function keysCalls(): Promise<string> {
  const { stdout } = await site.host.exec(['redis-cli', 'INFO', 'commandstats']);
  return /cmdstat_keys:calls=(\d+)/.exec(stdout)?.[1] ?? '0';
}
