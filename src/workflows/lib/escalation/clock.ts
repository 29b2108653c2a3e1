import type { EscalationPlan, EscalationView } from '../../../shared/escalation';
import { teamOf } from '../../../shared/escalation-team';
import type { ChosenTeam } from '../../../shared/escalation-team';

/** What a clock remembers; plain, so that it can be carried on into the next run. Times are epoch milliseconds. */
export interface ClockState {
  /** Tiers that went out, in order: the team of each. */
  out: { team: string; at: number }[];
  acknowledged: { as: string; at: number; until: number } | null;
  /** From when the first tier is due whatever the plan says, and why. */
  firstNow: { at: number; reason: string } | null;
  /** Since when the last tier that went out is known to reach nobody: the next one is due at once. */
  undeliveredAt: number | null;
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

/** A tier that goes out later than this after its time is marked as caught up with. */
const COLLAPSED_AFTER_MS = 60_000;

/**
 * The clock of one escalation: which tier is due when, and to whom. Plain rules without Temporal; the workflow asks it
 * what to do, does it, and tells it what became of it.
 */
export class EscalationClock {
  readonly state: ClockState;

  constructor(
    private readonly plan: EscalationPlan,
    /** Epoch milliseconds. */
    private readonly zero: number,
    carried?: ClockState,
  ) {
    this.state = carried ?? { out: [], acknowledged: null, firstNow: null, undeliveredAt: null };
  }

  decide(now: number): Decision {
    const { acknowledged } = this.state;
    if (acknowledged !== null) {
      if (now < acknowledged.until) return { kind: 'wait', until: acknowledged.until };
      return { kind: 'lapse', as: acknowledged.as };
    }
    const at = this.nextAt();
    if (at === null || now < at) return { kind: 'wait', until: at };
    return { kind: 'page', due: this.dueTier(at, now) };
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

  wentOut({ chosen }: DueTier, now: number): void {
    this.state.out.push({ team: chosen.key, at: now });
    this.state.undeliveredAt = null;
  }

  /** Nobody was reached by the tier that went out last. */
  reachedNobody(now: number): void {
    this.state.undeliveredAt ??= now;
  }

  reachedSomebody(): void {
    this.state.undeliveredAt = null;
  }

  get allOut(): boolean {
    return this.state.out.length >= this.plan.tiers.length;
  }

  /** The next tier by the plan, with what pulls it forward and what holds it. */
  next(): EscalationView['next'] {
    const tier = this.plan.tiers[this.state.out.length];
    const at = this.nextAt();
    if (tier === undefined || at === null) return null;
    const held = Math.max(at, this.state.acknowledged?.until ?? at);
    return { tier: this.state.out.length + 1, at: new Date(held).toISOString(), notify: tier.notify };
  }

  private nextAt(): number | null {
    const { out, firstNow, undeliveredAt } = this.state;
    const tier = this.plan.tiers[out.length];
    if (tier === undefined) return null;
    const pulled = out.length === 0 ? (firstNow?.at ?? null) : undeliveredAt;
    return Math.min(this.zero + tier.afterMs, pulled ?? Infinity);
  }

  private dueTier(at: number, now: number): DueTier {
    const { out } = this.state;
    const { notify, senior = false } = this.plan.tiers[out.length]!;
    return {
      tier: out.length + 1,
      notify,
      chosen: teamOf(this.plan, notify, now, out[0]?.team ?? null),
      senior,
      collapsed: now - at > COLLAPSED_AFTER_MS,
      reason: this.reason(),
    };
  }

  private reason(): string | null {
    const { out, firstNow, undeliveredAt } = this.state;
    if (out.length === 0) return firstNow?.reason ?? null;
    return undeliveredAt === null ? null : `Tier ${out.length} could not be delivered`;
  }
}
