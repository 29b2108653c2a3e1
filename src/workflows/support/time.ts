/** A moment in epoch milliseconds as ISO 8601. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** The workflow's own time, the same in every replay, as ISO 8601. */
export function isoNow(): string {
  return iso(Date.now());
}
