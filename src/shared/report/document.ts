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
  bars?: BarChart[];
  /** What happened when, as bars on one axis of time. */
  spans?: SpanChart[];
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
  /** What was between two of them is not known: they are not joined. */
  isPoints?: true;
  points: [at: number, value: number][];
}

/** One bar for each name, each with a part for each of `parts`, which stand on one another. */
export interface BarChart {
  title: string;
  /** As of a `Chart`. */
  unit: string;
  parts: { name: string; tone: Tone }[];
  bars: { name: string; values: number[] }[];
}

/** Rows below one another, in the order in which a reader wants them. */
export interface SpanChart {
  title: string;
  from: number;
  until: number;
  rows: { name: string; spans: Span[] }[];
}

export interface Span {
  from: number;
  /** The same as `from` for what has no length. */
  until: number;
  label: string;
  tone: Tone;
}

/** - `good` and `bad`: so it ended. - `people`: what people did. - `plain`: neither, such as a look. - `unknown`: nobody knows. */
export type Tone = 'good' | 'bad' | 'warning' | 'people' | 'plain' | 'unknown';
