/** Lines of a table: columns as wide as their widest cell, the last one as it is. */
export function table(rows: string[][]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(width(at))))
      .join('  ')
      .trimEnd(),
  );
}

/** Columns of the terminal; undefined where the output goes elsewhere, and nothing is cut or wrapped. */
export function terminalWidth(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns : undefined;
}

export function clipTo(width: number | undefined, line: string): string {
  return width === undefined || line.length <= width ? line : `${line.slice(0, Math.max(1, width - 1))}…`;
}
