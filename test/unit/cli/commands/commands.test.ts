import { createCommandsCommand } from '../../../../src/cli/commands/commands';
import { render } from '../../../../src/cli/commands/render/render';
import { hasProblem } from '../../../../src/cli/commands/render/sections';
import { listTopics } from '../../../../src/cli/commands/topic-list';
import type { TopicAnswer } from '../../../../src/shared/topics/answers';
import type { LogRead } from '../../../../src/shared/topics/logs';
import { TOPICS, TOPIC_NAMES } from '../../../../src/shared/topics/topics';

async function commands(...args: string[]): Promise<void> {
  await createCommandsCommand().parseAsync(args, { from: 'user' });
}

describe('halcyon commands', () => {
  it.each([
    [['disk', '--host', 'h1'], 'there is no topic "disk"'],
    [['redis'], '--host is missing'],
    [['redis', '--host', 'h1', '--follow'], '--follow: only for logs, performance'],
    [['queues', '--host', 'h1', '--match', 'x'], '--match: only for logs, metrics, redis'],
    [['logs', '--host', 'h1', '--match', ''], '--match: expected a text'],
    [['service', '--host', 'h1', '--lines', '5'], '--lines: only for logs'],
    [['logs', '--host', 'h1', '--lines', '0'], '--lines: expected a number from 1 to 1000, got "0"'],
  ])('refuses %j', async (args, why) => {
    await expect(commands(...args)).rejects.toThrow(why);
  });

  it('lists each topic with all that it stands for', () => {
    const text = listTopics(false, undefined).join('\n');
    for (const name of TOPIC_NAMES) {
      expect(text).toContain(`${name.padEnd(13)}${TOPICS[name].says}`);
      for (const command of TOPICS[name].commands) expect(text).toContain(`  ${command}\n`);
    }
    expect(listTopics(true).map((line) => (JSON.parse(line) as { topic: string }).topic)).toEqual([...TOPIC_NAMES]);
  });
});

describe('an answer', () => {
  const redis: TopicAnswer = {
    topic: 'redis',
    observedAt: '2026-11-23T03:15:00.000Z',
    answer: {
      overview: { problem: 'connect ECONNREFUSED' },
      keys: {
        value: {
          prefix: 'kingfisher:',
          databases: [{ database: 1, found: 2, keys: 9, isWhole: false }],
          groups: [{ group: 'kingfisher:cache:…', keys: 2 }],
          names: ['kingfisher:cache:1', 'kingfisher:cache:2'],
        },
      },
    },
  };

  it('shows each part, and why one could not be read', () => {
    expect(render('h1', redis)).toEqual([
      'h1: redis, 2026-11-23 03:15:00Z',
      '',
      'Redis  [redis-cli info]',
      '  NOT READ: connect ECONNREFUSED',
      '',
      'KingFisher\'s keys  [redis-cli keys "kingfisher:*", by SCAN]',
      '  db1: 2 of 9 keys, as far as the scan went: there may be more',
      '  kingfisher:cache:1',
      '  kingfisher:cache:2',
    ]);
    expect(hasProblem(redis)).toBe(true);
  });

  it('is whole where nothing is missing', () => {
    const read: LogRead = { source: 'file', path: '/l', lines: [], notes: [], problem: '' };
    const position = { file: null, journal: null };
    const logs: TopicAnswer = {
      topic: 'logs',
      observedAt: '2026-11-23T03:15:00.000Z',
      answer: { reads: [read], position, more: false },
    };
    expect(hasProblem(logs)).toBe(false);
    expect(render('h1', logs).slice(1)).toEqual(['', '/l  [tail]', '  (no lines)']);
  });
});
