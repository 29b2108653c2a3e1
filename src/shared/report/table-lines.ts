import type { ReportTable } from './document';

/** A table where there is only text: a line for each row, `Service down: Runs 3, Deviations 0`. */
export function tableLines(table: ReportTable | undefined): string[] {
  if (table === undefined) return [];
  return table.rows.map(([first = '', ...cells]) => {
    const said = cells.map((cell, at) => `${table.head[at + 1] ?? ''} ${cell}`.trim());
    return said.length === 0 ? first : `${first}: ${said.join(', ')}`;
  });
}
