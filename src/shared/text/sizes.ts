const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'];

/** A size for people: `850 bytes`, `1.5 KiB`, `120 MiB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1_024) return `${bytes} bytes`;
  let at = 0;
  let amount = bytes / 1_024;
  // The limit is where rounding would reach the next unit.
  for (; amount >= 1_023.95 && at < UNITS.length - 1; at++) amount /= 1_024;
  return `${amount >= 99.95 ? Math.round(amount) : amount.toFixed(1).replace(/\.0$/, '')} ${UNITS[at]}`;
}
