import type { DatabaseLoad, DatabaseSession } from '../../../shared/observations/latency/database-load';
import { formatDuration } from '../../../shared/text/durations';
import type { TableCount, TopicAnswers } from '../../../shared/topics/answers';
import { table } from '../../support/table';
import { section, tell } from './sections';

const STATEMENTS_SHOWN = 5;

export function renderDatabase({ counts, load }: TopicAnswers['database']): string[] {
  return [
    ...section('Rows written lately', 'psql … SELECT COUNT(*) … WHERE created_at > …', tell(counts, countLines)),
    ...section('What PostgreSQL is busy with', 'pg_stat_activity, pg_stat_statements', tell(load, loadLines)),
  ];
}

function countLines(counts: TableCount[]): string[] {
  if (counts.length === 0) return ['agent.commands.counts names no table'];
  return table(
    counts.map(({ table: name, column, withinMs, rows }) => [
      name,
      'problem' in rows ? `NOT READ: ${rows.problem}` : String(rows.value),
      'problem' in rows ? '' : `rows with ${column} in the last ${formatDuration(withinMs)}`,
    ]),
  );
}

function loadLines({ connections, blocked, idle, running, counted, statements }: DatabaseLoad): string[] {
  const sessions = [
    ...blocked.map((one) => sessionRow('waits for a lock', one)),
    ...idle.map((one) => sessionRow('idle in a transaction', one)),
    ...running.map((one) => sessionRow('runs', one)),
  ];
  const slow = statements.slice(0, STATEMENTS_SHOWN);
  return [
    `${connections.used} of ${connections.max} connections`,
    ...(sessions.length === 0 ? ['no session waits for a lock, is idle in a transaction or runs for long'] : []),
    ...(sessions.length === 0 ? [] : table(sessions)),
    ...(counted === 'present' ? [] : [`pg_stat_statements is ${counted}: slow statements are not known`]),
    ...(slow.length === 0 ? [] : ['slowest statements by their mean:']),
    ...table(slow.map(({ meanMs, calls, shape }) => [`  ${meanMs} ms`, `${calls} ×`, oneLine(shape)])),
  ];
}

function sessionRow(what: string, { pid, user, forMs, blockedBy, shape }: DatabaseSession): string[] {
  const by = blockedBy.length === 0 ? '' : ` by ${blockedBy.join(', ')}`;
  return [`pid ${pid}`, user, `${what}${by}`, formatDuration(forMs), oneLine(shape)];
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
