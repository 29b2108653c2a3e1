import type { Fact } from '../paging/escalation';

/**
 * A report before it is written as HTML, Markdown or JSON: plain text everywhere, made readable by whoever writes it. Moments
 * are epoch milliseconds, by UTC.
 */
export interface ReportDocument {
  title: string;
  /** One sentence: what a reader takes away who reads no further. */
  summary: string;
  /** What it is about, beside its title: host, alert, since when. */
  facts: Fact[];
  sections: ReportSection[];
  /** When it was made. */
  madeAt: string;
}

export interface ReportSection {
  title: string;
  /** The line of the document that asked for it (`G.8`), where one did. */
  cite?: string;
  /** What came of it, in one sentence. */
  summary: string;
  table?: ReportTable;
  charts?: Chart[];
  /** What people may want to read besides. Bounded by whoever wrote it. */
  lines?: string[];
}

export interface ReportTable {
  head: string[];
  rows: string[][];
}

/** A value over time, drawn as lines. */
export interface Chart {
  title: string;
  /** Of the values: `B`, `s`, `%`, `/min`; empty for a count. */
  unit: string;
  series: ChartSeries[];
  /** Moments that a reader looks for: an alert, a change. */
  marks?: { at: number; label: string }[];
  /** A line across: a threshold, the size of a disk. */
  limit?: { value: number; label: string };
}

export interface ChartSeries {
  name: string;
  points: [at: number, value: number][];
}
