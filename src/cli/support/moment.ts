/** A moment in UTC for a terminal: `2026-11-23 03:15:00Z`. */
export function formatMoment(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')}Z`;
}
