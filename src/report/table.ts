import type { ReportTable } from '../shared/report/document';

/** Without the columns that are empty in every row: a reader looks for what they would have said. */
export function withoutEmptyColumns({ head, rows }: ReportTable): ReportTable {
  const kept = head.map((_, n) => n === 0 || rows.some((row) => (row[n] ?? '') !== ''));
  const keep = (cells: readonly string[]) => cells.filter((_, n) => kept[n]);
  return { head: keep(head), rows: rows.map(keep) };
}
