import { readFileSync } from 'node:fs';
import path from 'node:path';
import { TOPICS, TOPIC_NAMES } from '../../../../src/shared/topics/topics';

const read = (page: string) => readFileSync(path.resolve(__dirname, '../../../../docs', page), 'utf8');

/** The document's "Useful Commands Reference", in its order. */
const DOCUMENT = [
  'systemctl status kingfisher',
  'curl -s http://localhost:8201/health | jq .',
  'tail -f /var/log/kingfisher/service.log',
  'journalctl -u kingfisher -f',
  'curl -s http://localhost:8201/metrics | grep kingfisher_',
  'sudo -u postgres psql zmart_core -c "SELECT COUNT(*) FROM kingfisher.liquidation_clusters WHERE created_at > NOW() - INTERVAL \'1 hour\';"',
  'redis-cli info',
  'redis-cli keys "kingfisher:*"',
  'rabbitmqctl status',
  'rabbitmqctl list_queues',
  'ps aux | grep -E "(kingfisher|King-Scripts)"',
  'lsof -p $(pgrep -f kingfisher)',
  'iostat -x 1 5',
  'sar -u 1 5',
  'free -h',
];

/** Rows of a section's first table, cell by cell. */
function rowsOf(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|').replaceAll('`', '')));
}

it('each line of the document belongs to one topic, in its order', () => {
  expect(TOPIC_NAMES.flatMap((name) => TOPICS[name].commands)).toEqual(DOCUMENT);
});

it('docs/coverage.md has a row for each, with its topic', () => {
  const [, section = ''] = read('coverage.md').split('## Useful commands reference\n');
  const rows = rowsOf(section).map(([, line = '', topic = '', how = '']) => ({ line, topic, how }));
  expect(rows).toHaveLength(DOCUMENT.length);
  for (const [at, line] of DOCUMENT.entries()) {
    const [begin = '', ...rest] = rows[at]!.line.split('…').map((part) => part.trim());
    expect([begin, ...rest].filter((part) => !line.includes(part))).toEqual([]);
    expect(TOPICS[rows[at]!.topic as keyof typeof TOPICS].commands).toContain(line);
    expect(rows[at]!.how).not.toBe('');
  }
});

it('docs/commands.md has a row for each topic', () => {
  expect(rowsOf(read('commands.md')).map(([, topic]) => topic)).toEqual([...TOPIC_NAMES]);
});
