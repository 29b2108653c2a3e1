import type { EscalationPlan, EscalationView } from '../../shared/paging/escalation';
import { teamOf } from '../../shared/paging/escalation-team';
import type { ChosenTeam } from '../../shared/paging/escalation-team';

/** What a clock remembers; plain, so that it can be carried on into the next run. Times are epoch milliseconds. */
export interface ClockState {
  /** When the clock started: from then on automation had a chance. */
  begunAt: number;
  /** Tiers that went out, in order: the team of each. */
  out: { team: string; at: number }[];
  acknowledged: { as: string; at: number; until: number } | null;
  /** From when the first tier is due whatever the plan says, and why. */
  firstNow: Pulled | null;
  /** Since when nothing automatic is left, and why: the plan says whether that makes the first tier due. */
  helpless: Pulled | null;
  /** Since when the last tier that went out is known to reach nobody: the next one is due at once. */
  undeliveredAt: number | null;
  /** Since when the host has been well: tiers stand still; null while it is not. */
  wellSince: number | null;
  /** For how long it was well before that: it does not count for the tiers. */
  wellMs: number;
}

interface Pulled {
  at: number;
  reason: string;
}

/** A tier that is to be paged now. */
export interface DueTier {
  /** From 1. */
  tier: number;
  notify: string;
  chosen: ChosenTeam;
  senior: boolean;
  /** It was due earlier: the clock was late, or held. */
  collapsed: boolean;
  /** Why it is paged earlier than the plan says. */
  reason: string | null;
}

/** What to do at a moment. `until` null: nothing is left to come. */
export type Decision =
  { kind: 'page'; due: DueTier } | { kind: 'lapse'; as: string } | { kind: 'wait'; until: number | null };

/** One that has done nothing yet. `now`: epoch milliseconds. */
export function newClock(now: number): ClockState {
  return {
    begunAt: now,
    out: [],
    acknowledged: null,
    firstNow: null,
    helpless: null,
    undeliveredAt: null,
    wellSince: null,
    wellMs: 0,
  };
}

/** A tier that goes out later than this after its time is marked as caught up with. */
const COLLAPSED_AFTER_MS = 60_000;

/**
 * The clock of one escalation: which tier is due when, and to whom. Plain rules without Temporal; the workflow asks it
 * what to do, does it, and tells it what became of it.
 */
export class EscalationClock {
  readonly state: ClockState;

  constructor(
    private currentPlan: EscalationPlan,
    /** Epoch milliseconds. */
    private readonly zero: number,
    /** A clock that starts now, or what an earlier run of it knew. */
    begun: { now: number } | ClockState,
  ) {
    this.state = 'now' in begun ? newClock(begun.now) : begun;
  }

  get plan(): EscalationPlan {
    return this.currentPlan;
  }

  /** Another plan from now on. What it makes due was not due before. */
  replan(plan: EscalationPlan, now: number): void {
    this.currentPlan = plan;
    if (this.state.helpless !== null) this.state.helpless.at = now;
  }

  decide(now: number): Decision {
    const { acknowledged } = this.state;
    if (acknowledged !== null) {
      if (now < acknowledged.until) return { kind: 'wait', until: acknowledged.until };
      return { kind: 'lapse', as: acknowledged.as };
    }
    const at = this.isStill() ? null : this.nextAt();
    if (at === null || now < at) return { kind: 'wait', until: at };
    return { kind: 'page', due: this.dueTier(now) };
  }

  /** Somebody has it until then. The newest word counts; one that is over already says nothing. */
  acknowledge(as: string, until: number, now: number): boolean {
    if (!(until > now)) return false;
    this.state.acknowledged = { as, at: now, until };
    return true;
  }

  lapse(): void {
    this.state.acknowledged = null;
  }

  /** The first tier is due now, unless one went out already. False when that changes nothing. */
  pageNow(reason: string, now: number): boolean {
    if (this.state.out.length > 0 || this.state.firstNow !== null) return false;
    this.state.firstNow = { at: now, reason };
    return true;
  }

  /** Nothing automatic is left. False when that changes nothing. */
  helpless(reason: string, now: number): boolean {
    if (this.state.out.length > 0 || this.state.helpless !== null) return false;
    this.state.helpless = { at: now, reason };
    return this.plan.onHelpless === 'now';
  }

  /** The host is well, or not any more. False when that is known. */
  stands(isWell: boolean, now: number): boolean {
    const { wellSince } = this.state;
    if (isWell === (wellSince !== null)) return false;
    this.state.wellSince = isWell ? now : null;
    if (wellSince !== null) this.state.wellMs += now - wellSince;
    // What made people necessary is over; whatever comes next says so again.
    if (isWell) this.state.helpless = null;
    return true;
  }

  /** Nobody is called for a host that is well, unless somebody must know all the same. */
  private isStill(): boolean {
    const { wellSince, firstNow, out } = this.state;
    return wellSince !== null && (firstNow === null || out.length > 0);
  }

  wentOut({ chosen }: DueTier, now: number): void {
    this.state.out.push({ team: chosen.key, at: now });
    this.state.undeliveredAt = null;
  }

  /** Nobody was reached by the tier that went out last. */
  reachedNobody(now: number): void {
    this.state.undeliveredAt ??= now;
  }

  get allOut(): boolean {
    return this.state.out.length >= this.plan.tiers.length;
  }

  /** Until when nobody hears of it; null when people may. */
  quietUntil(now: number): number | null {
    return this.quietEnd() > now ? this.quietEnd() : null;
  }

  get stillSince(): number | null {
    return this.isStill() ? this.state.wellSince : null;
  }

  /** The next tier by the plan, with what pulls it forward and what holds it. */
  next(): EscalationView['next'] {
    const tier = this.plan.tiers[this.state.out.length];
    const at = this.isStill() ? null : this.nextAt();
    if (tier === undefined || at === null) return null;
    const held = Math.max(at, this.state.acknowledged?.until ?? at);
    return { tier: this.state.out.length + 1, at: new Date(held).toISOString(), notify: tier.notify };
  }

  /** When the next tier goes out, null when none is left. */
  private nextAt(): number | null {
    const planned = this.plannedAt();
    if (planned === null) return null;
    // What is overdue does not come all at once: automation goes first, and each tier gets its time to act.
    const kept = Math.max(planned, this.graceEnd(), this.spacingEnd());
    return Math.max(this.quietEnd(), Math.min(kept, this.pulled()?.at ?? Infinity));
  }

  private plannedAt(): number | null {
    const tier = this.plan.tiers[this.state.out.length];
    return tier === undefined ? null : Math.max(this.zero + this.state.wellMs, this.quietEnd()) + tier.afterMs;
  }

  /** A plan that gives automation less than the grace means it. */
  private graceEnd(): number {
    const { afterMs } = this.plan.tiers[this.state.out.length]!;
    return this.state.begunAt + Math.min(this.plan.lateGraceMs, afterMs);
  }

  /** The same with tiers that the plan itself puts closer. */
  private spacingEnd(): number {
    const { out } = this.state;
    const [before, next] = this.plan.tiers.slice(out.length - 1);
    if (out.length === 0 || before === undefined || next === undefined) return -Infinity;
    return out.at(-1)!.at + Math.min(this.plan.lateSpacingMs, next.afterMs - before.afterMs);
  }

  private quietEnd(): number {
    return this.plan.quiet === null ? -Infinity : Date.parse(this.plan.quiet.until);
  }

  /** What makes the next tier due earlier than planned. */
  private pulled(): Pulled | null {
    const { out, firstNow, helpless, undeliveredAt } = this.state;
    if (out.length > 0) {
      return undeliveredAt === null ? null : { at: undeliveredAt, reason: 'the call before reached nobody' };
    }
    return firstNow ?? (this.plan.onHelpless === 'now' ? helpless : null);
  }

  private dueTier(now: number): DueTier {
    const { out } = this.state;
    const { notify, senior = false } = this.plan.tiers[out.length]!;
    const pulled = this.pulled();
    const due = Math.max(this.quietEnd(), Math.min(this.plannedAt()!, pulled?.at ?? Infinity));
    return {
      tier: out.length + 1,
      notify,
      chosen: teamOf(this.plan, notify, now, out[0]?.team ?? null),
      senior,
      collapsed: now - due > COLLAPSED_AFTER_MS,
      reason: pulled?.reason ?? null,
    };
  }
}
