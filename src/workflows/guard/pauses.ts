import type { GuardPolicy, Pause } from '../../shared/safety/guard';
import { isSamePerson } from '../../shared/safety/people';

const REMIND_BEFORE_END_MS = 900_000;
const REMIND_EVERY_MS = 3_600_000;
/** Temporal UI can send any name. */
const MAX_PAUSES = 20;

/** What a guard carries of its pauses from run to run. Times are epoch milliseconds. */
export interface PausesState {
  /** One a person, oldest first. */
  pauses: Pause[];
  nextReminderAt: number | null;
}

/** The pauses of a host. Changes are held up until the last of them ends; nobody's is shortened by another's. */
export class Pauses {
  constructor(readonly state: PausesState) {}

  /** All of them as one: the later end, with everybody named; null while there is none. */
  get inForce(): Pause | null {
    const { pauses } = this.state;
    if (pauses.length === 0) return null;
    return {
      by: pauses.map(({ by }) => by).join(' and '),
      reason: pauses.map(({ reason }) => reason).join('; '),
      since: pauses.map(({ since }) => since).sort()[0]!,
      until: pauses
        .map(({ until }) => until)
        .sort()
        .at(-1)!,
    };
  }

  /** Replaces the one that this person has already. */
  add(pause: Pause, policy: GuardPolicy | null, now: number): void {
    const others = this.state.pauses.filter(({ by }) => !isSamePerson(by, pause.by));
    this.state.pauses = [...others, pause].slice(-MAX_PAUSES);
    this.schedule(policy, now);
  }

  /** In place of all there were. */
  replace(pauses: Pause[], policy: GuardPolicy | null, now: number): void {
    this.state.pauses = [...pauses].sort((a, b) => (a.since < b.since ? -1 : 1)).slice(-MAX_PAUSES);
    this.schedule(policy, now);
  }

  /** Ends this person's, or without a person everybody's; returns those that ended. */
  end(by: string | null, policy: GuardPolicy | null, now: number): Pause[] {
    return this.drop((pause) => by === null || isSamePerson(pause.by, by), policy, now);
  }

  /** Those whose time is over, which they are then no longer. */
  expire(policy: GuardPolicy | null, now: number): Pause[] {
    return this.drop(({ until }) => Date.parse(until) <= now, policy, now);
  }

  /** True when it is time to remind people. */
  isReminderDue(policy: GuardPolicy | null, now: number): boolean {
    const { nextReminderAt } = this.state;
    if (nextReminderAt === null || nextReminderAt > now) return false;
    this.schedule(policy, now);
    return true;
  }

  /** When something ends, or people are to be reminded. */
  get moments(): number[] {
    const { pauses, nextReminderAt } = this.state;
    return [...pauses.map(({ until }) => Date.parse(until)), ...(nextReminderAt === null ? [] : [nextReminderAt])];
  }

  private drop(isOver: (pause: Pause) => boolean, policy: GuardPolicy | null, now: number): Pause[] {
    const ended = this.state.pauses.filter(isOver);
    this.state.pauses = this.state.pauses.filter((pause) => !ended.includes(pause));
    if (ended.length > 0) this.schedule(policy, now);
    return ended;
  }

  private schedule(policy: GuardPolicy | null, now: number): void {
    const until = Date.parse(this.inForce?.until ?? '');
    const every = now + (policy?.remindEveryMs ?? REMIND_EVERY_MS);
    const moments = [every, until - REMIND_BEFORE_END_MS].filter((at) => at > now && at < until);
    this.state.nextReminderAt = moments.length === 0 ? null : Math.min(...moments);
  }
}
