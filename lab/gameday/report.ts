import type { Row } from './verdict';

const COLUMNS = [
  'fault',
  'alert',
  'cause found',
  'changed',
  'outcome',
  'first action',
  'healed after',
  'floor',
  'wrong',
];

/** As Markdown, one row for each fault. */
export function markdownOf(rows: readonly Row[], { seed, observe }: { seed: number; observe: boolean }): string {
  const wrong = rows.filter(({ ok }) => !ok).length;
  const head = [
    '# Game day',
    '',
    `${rows.length} faults, ${wrong} of them not as they should be. Seed ${seed}${observe ? '; Halcyon only observed' : ''}.`,
    'Times are from the injection, seconds. The floor is the bare remedy by somebody who knows the cause.',
    '',
    line(COLUMNS),
    line(COLUMNS.map(() => '---')),
  ];
  return [...head, ...rows.map((row) => line(cellsOf(row)))].join('\n') + '\n';
}

/** For a terminal, as soon as a fault is over. */
export function rowText({ name, ok, outcome, cause, firstActionMs, mttrMs, floorMs, killed, problems }: Row): string {
  const times = [
    `first action ${seconds(firstActionMs)}`,
    ...(mttrMs === null ? [] : [`healed after ${seconds(mttrMs)}`]),
    ...(floorMs === null ? [] : [`floor ${seconds(floorMs)}`]),
    ...(killed === null ? [] : [`killed: ${killed}`]),
  ];
  const told = `${ok ? 'ok   ' : 'WRONG'} ${name}: ${outcome}, ${cause ?? 'no cause'} (${times.join(', ')})`;
  return [told, ...problems.map((problem) => `      ${problem}`)].join('\n');
}

/** gameday.json. */
export function jsonOf(rows: readonly Row[], seed: number): string {
  return JSON.stringify({ seed, faults: rows }, null, 2);
}

function cellsOf(row: Row): string[] {
  return [
    row.killed === null ? row.name : `${row.name} (killed: ${row.killed})`,
    row.alert,
    row.cause ?? '',
    row.changes.join('; '),
    row.ok ? row.outcome : `${row.outcome}, expected ${row.expected}`,
    seconds(row.firstActionMs),
    seconds(row.mttrMs),
    seconds(row.floorMs),
    row.problems.join('; '),
  ];
}

function line(cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function seconds(ms: number | null): string {
  return ms === null ? '' : `${(ms / 1_000).toFixed(1)} s`;
}
