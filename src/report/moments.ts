/** `2026-11-23 03:15:07`, by UTC. Empty for what is not a moment. */
export function moment(iso: string | null | undefined): string {
  return iso === null || iso === undefined ? '' : iso.slice(0, 19).replace('T', ' ');
}

/** `03:15:07.250` where everything is of one day, else with its day. */
export function clockOf(iso: string, isOneDay: boolean): string {
  return isOneDay ? iso.slice(11, 23).replace(/Z$/, '') : moment(iso);
}

/** Whether all of them are of the same day in UTC. */
export function isOneDay(moments: readonly string[]): boolean {
  return new Set(moments.map((iso) => iso.slice(0, 10))).size < 2;
}
