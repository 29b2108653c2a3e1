/** Durations as people write them in halcyon.yaml: `500ms`, `30s`, `10m`, `1h30m`, `7d`. */

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(?:\d+(?:ms|[smhd]))+$/;

/**
 * Milliseconds of a written duration, or `undefined` when the text is not one.
 *
 * @example parseDuration('1h30m') // 5_400_000
 */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[smhd])/g)) total += Number(amount) * UNIT_MS[unit!]!;
  return Number.isSafeInteger(total) ? total : undefined;
}

/** A duration for people: `850 ms`, `4.2 s`, `10 m`, `1 h 30 m`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  // The limits are where rounding would reach the next unit: 59.96 s is 1 m, not "60 s".
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${trimZero((ms / 1_000).toFixed(1))} s`;
  const whole = Math.max(ms, 60_000);
  const minutes = Math.floor(whole / 60_000);
  const seconds = Math.floor((whole % 60_000) / 1_000);
  if (minutes < 60) return seconds === 0 ? `${minutes} m` : `${minutes} m ${seconds} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} m`;
}

/** The same where nobody wants to know it exactly: `less than a second`, `35 s`, `1 m 35 s`. */
export function roughDuration(ms: number): string {
  return ms < 1_000 ? 'less than a second' : formatDuration(Math.floor(ms / 1_000) * 1_000);
}

function trimZero(text: string): string {
  return text.endsWith('.0') ? text.slice(0, -2) : text;
}
