import type { ProcessRecord } from './process-table';

const LINE = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S)\S*\s+(\d+)\s+(\d+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s+(.*)$/;

/** Where there is no /proc: `ps -o pid=,ppid=,pgid=,state=,uid=,rss=,lstart=,command=`. Arguments are told apart by spaces. */
export function parsePs(output: string): ProcessRecord[] {
  return output.split('\n').flatMap((line) => {
    const [, pid, parent, group, state, uid, rss, start, command] = LINE.exec(line) ?? [];
    if (start === undefined || command === undefined) return [];
    const started = new Date(start);
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        state: state ?? '?',
        startTime: String(Math.floor(started.getTime() / 1_000)),
        startedAt: Number.isNaN(started.getTime()) ? null : started.toISOString(),
        uid: Number(uid),
        rssBytes: Number(rss) * 1_024,
        argv: command.split(' '),
        exe: null,
        cwd: null,
      },
    ];
  });
}
