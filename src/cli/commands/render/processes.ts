import type { ProcessList } from '../../../shared/observations/service';
import { formatDuration } from '../../../shared/text/durations';
import { size } from '../../../shared/text/sizes';
import type { TopicAnswers } from '../../../shared/topics/answers';
import type { OpenFileList } from '../../../shared/topics/held-files';
import { table } from '../../support/table';
import { many, section, tell } from './sections';

export function renderProcesses({ list, open }: TopicAnswers['processes'], now: string): string[] {
  return [
    ...section(
      'Processes',
      'ps aux | grep -E "(kingfisher|King-Scripts)"',
      tell(list, (found) => processLines(found, now)),
    ),
    ...section('Open files of the main process', 'lsof -p $(pgrep -f kingfisher)', tell(open, openLines)),
  ];
}

function processLines({ processes, more }: ProcessList, now: string): string[] {
  if (processes.length === 0) return ['no process of KingFisher runs'];
  const rows = processes.map(({ pid, user, state, startedAt, rssBytes, command }) => [
    String(pid),
    user,
    state,
    startedAt === null ? '?' : formatDuration(Math.max(0, Date.parse(now) - Date.parse(startedAt))),
    size(rssBytes),
    command,
  ]);
  return [
    ...table([['PID', 'USER', 'STATE', 'AGE', 'MEMORY', 'COMMAND'], ...rows]),
    ...(more === 0 ? [] : [`(and ${more} more)`]),
  ];
}

function openLines(found: OpenFileList): string[] {
  const { pid, open, limit, files, moreFiles, deleted, pipes, others, listens, connections, moreConnections } = found;
  const all = connections.map(({ times, remote, state }) => [`  ${times} ×`, remote, state]);
  return [
    `pid ${pid} holds ${open} open${limit === null ? '' : `, at most ${limit}`}`,
    `listens on ${listens.length === 0 ? 'no TCP port' : listens.join(', ')}`,
    ...(all.length === 0 ? ['no TCP connections'] : ['TCP connections:', ...table(all)]),
    ...(moreConnections === 0 ? [] : [`  (and ${moreConnections} other ends)`]),
    'files:',
    ...table(files.map(({ path, times }) => [`  ${times} ×`, path])),
    ...(moreFiles === 0 ? [] : [`  (and ${moreFiles} more)`]),
    ...(deleted === 0 ? [] : [`${many(deleted, 'file')} removed and still open: their space is not free`]),
    `besides ${many(pipes, 'pipe')}, ${many(found.otherSockets, 'other socket')}, ${others} of another kind`,
  ];
}
