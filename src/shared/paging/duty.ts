/** Who is on duty when. Times are UTC; a stretch may pass midnight; its edge belongs to the team that starts. */

export interface DutyStretch {
  /** Key of `escalation.teams`. */
  team: string;
  /** `08:00`, included. */
  from: string;
  /** `22:00`, not included. The same as `from` means all day. */
  to: string;
}

const DAY_MINUTES = 1_440;

/** Minutes since midnight of `HH:MM`, or `undefined` when the text is not a time of day. */
export function parseTimeOfDay(text: string): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}

/**
 * Key of the team on duty at a moment.
 *
 * Throws `RangeError` when nobody is, which a loaded configuration rules out.
 */
export function teamOnDuty(escalation: { duty: readonly DutyStretch[] }, date: Date): string {
  const minute = date.getUTCHours() * 60 + date.getUTCMinutes();
  const stretch = escalation.duty.find((candidate) => covers(candidate, minute));
  if (stretch === undefined) throw new RangeError(`nobody is on duty at ${date.toISOString()}`);
  return stretch.team;
}

/** Stretches of the day with a number of teams other than one, as `22:00-08:00`. */
export function dutyFaults(duty: readonly DutyStretch[]): { uncovered: string[]; doubled: string[] } {
  const teams = Array.from({ length: DAY_MINUTES }, (_, minute) => duty.filter((one) => covers(one, minute)).length);
  return {
    uncovered: stretchesWhere(teams.map((count) => count === 0)),
    doubled: stretchesWhere(teams.map((count) => count > 1)),
  };
}

function covers({ from, to }: DutyStretch, minute: number): boolean {
  const start = parseTimeOfDay(from) ?? 0;
  const end = parseTimeOfDay(to) ?? 0;
  const length = (end - start + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  return (minute - start + DAY_MINUTES) % DAY_MINUTES < length;
}

/** Stretches of the day whose minutes are true, as `22:00-08:00`; `00:00-00:00` is the whole day. */
export function stretchesWhere(flags: boolean[]): string[] {
  if (flags.every(Boolean)) return ['00:00-00:00'];
  const starts = flags.flatMap((flag, minute) => (flag && !flags.at(minute - 1) ? [minute] : []));
  return starts.map((start) => {
    let end = start;
    while (flags[end % DAY_MINUTES]) end++;
    return `${timeText(start)}-${timeText(end % DAY_MINUTES)}`;
  });
}

function timeText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
