/** What a simulation tells. */

/** What it came to, at the end: the cause, what people were asked, what was done, what would have been. */
export type VerdictKind = 'cause' | 'asks' | 'did' | 'would';

export type LineKind =
  'begins' | 'day' | 'alert' | 'runs' | 'finds' | 'note' | 'page' | 'tells' | 'ack' | 'waits' | VerdictKind | 'ends';

/** Who a page goes to. */
export interface PageDetails {
  /** From 1; null for what goes to people without being a tier. */
  tier: number | null;
  senior: boolean;
  team: string;
  slack: string | null;
  pagerduty: string | null;
}

/** One thing that happens. */
export interface Line {
  /** ISO 8601 in UTC, by the clock of the simulation. */
  at: string;
  kind: LineKind;
  text: string;
  page?: PageDetails;
}

/** `03:10  page      tier 1 (senior) → Platform: …` */
export function formatLine({ at, kind, text }: Line): string {
  return `${at.slice(11, 16)}  ${kind.padEnd(8)}  ${text.replace(/\s+/g, ' ')}`;
}
