import { existsSync, readFileSync } from 'node:fs';

/** A line of an agent's log of changes. */
export interface ChangeLine {
  time: string;
  activity: string;
  holder: string;
  token: number;
  kind: 'change' | 'undo';
  phase: 'begin' | 'end' | 'refused';
  attempt: number;
  pid: number;
}

/** What agents wrote of their changes, oldest first. The last line of one that was killed may be half a line. */
export function readChanges(...logFiles: string[]): ChangeLine[] {
  const lines = logFiles.flatMap((file) => textOf(file).split('\n')).flatMap(parse);
  return lines.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

/**
 * Where a change of one holder began while one of another was under way, or with a token lower than one before: a
 * sentence for each. All lines are of one host.
 *
 * @param deaths when each agent process was seen to be dead, by its pid: what it had begun ended then at the latest
 */
export function breaches(changes: ChangeLine[], deaths: Map<number, string>): string[] {
  const found: string[] = [];
  let newest = 0;
  let open: ChangeLine[] = [];
  for (const line of changes.filter(({ kind }) => kind === 'change')) {
    open = open.filter(({ pid }) => (deaths.get(pid) ?? '~') > line.time);
    if (line.phase === 'begin') {
      const others = open.filter(({ holder }) => holder !== line.holder);
      found.push(...others.map((other) => `${nameOf(line)} began beside ${nameOf(other)} of ${other.time}`));
      if (line.token < newest) found.push(`${nameOf(line)} began after token ${newest}`);
      newest = Math.max(newest, line.token);
      open.push(line);
    }
    if (line.phase === 'end') {
      const begun = open.findIndex(
        (one) => one.pid === line.pid && one.activity === line.activity && one.holder === line.holder,
      );
      if (begun === -1) found.push(`${nameOf(line)} ended without a begin`);
      else open.splice(begun, 1);
    }
  }
  return found;
}

function nameOf({ time, activity, holder, token }: ChangeLine): string {
  return `${time} ${activity} of ${holder} with token ${token}`;
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function parse(text: string): ChangeLine[] {
  try {
    const line = JSON.parse(text) as ChangeLine & { msg?: string };
    return line.msg === 'change' ? [line] : [];
  } catch {
    return [];
  }
}
