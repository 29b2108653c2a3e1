import { readFileSync } from 'node:fs';

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
  const lines = logFiles.flatMap((file) => readFileSync(file, 'utf8').split('\n')).flatMap(parse);
  return lines.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

/**
 * Fails when a change of one holder began while one of another was under way, or with a token lower than one before.
 *
 * @param deaths when each agent process was seen to be dead, by its pid: what it had begun ended then at the latest
 */
export function expectOneAtATime(changes: ChangeLine[], deaths: Map<number, string>): void {
  let newest = 0;
  const open: ChangeLine[] = [];
  for (const line of changes.filter(({ kind }) => kind === 'change')) {
    const isOver = ({ pid }: ChangeLine) => (deaths.get(pid) ?? '~') <= line.time;
    for (const dead of open.filter(isOver)) open.splice(open.indexOf(dead), 1);
    if (line.phase === 'begin') {
      expect({ others: open.filter(({ holder }) => holder !== line.holder), beside: line }).toMatchObject({
        others: [],
      });
      expect(line.token).toBeGreaterThanOrEqual(newest);
      newest = line.token;
      open.push(line);
    }
    if (line.phase === 'end') {
      const begun = open.findIndex(
        (one) => one.pid === line.pid && one.activity === line.activity && one.holder === line.holder,
      );
      expect(begun).toBeGreaterThanOrEqual(0);
      open.splice(begun, 1);
    }
  }
}

function parse(text: string): ChangeLine[] {
  try {
    const line = JSON.parse(text) as ChangeLine & { msg?: string };
    return line.msg === 'change' ? [line] : [];
  } catch {
    return [];
  }
}
