/** A row as it goes in, by column. */
export type Row = Record<string, unknown>;

/** A table of the record: its columns and their types, which of them are its key, and its rows of a run. */
export interface Table<Run> {
  name: string;
  key: string[];
  columns: Record<string, string>;
  rows(run: Run): Row[];
}

/** Of one type, by their names in one text. */
export function columns(type: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [name, type]));
}
