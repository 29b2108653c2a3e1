import {
  condition,
  continueAsNew,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Approval } from '../../../shared/approval';
import type { EscalationInput, EscalationView, Fact, StandingNote } from '../../../shared/escalation';
import type { Outcome } from '../../../shared/incident';
import { searchAttributes } from '../../../shared/search-attributes';
import { EscalationClock } from './clock';
import type { ClockState, DueTier } from './clock';
import { renderEscalation } from './details';
import { IncidentLine } from './incident-line';
import { Pager, plainPage } from './pager';
import type { PagerState } from './pager';
import { endOf } from './run-watch';
import { endInWords } from '../../../shared/summary/run-end';
import { teamOf } from '../../../shared/escalation-team';

/** What goes on into the next run. */
export interface EscalationCarried {
  clock: ClockState;
  pager: PagerState;
  askedKeys: string[];
  gone: string | null;
}

interface Closing {
  outcome: Outcome;
  summary: string;
  facts?: Fact[];
}

const MINUTE_MS = 60_000;
/** A tier that nobody received within this time counts as not delivered, and the next one is due. */
const DELIVERED_WITHIN_MS = MINUTE_MS;
/** A tier that is due already waits this long for the one before it, so that they arrive in order. */
const IN_ORDER_MS = 5_000;
const REFUSED_AGAIN_MS = 5 * MINUTE_MS;
/** How often the incident's run is looked at while something is still to come, and afterwards. */
const LOOK_MS = 5 * MINUTE_MS;
const LOOK_RARELY_MS = 60 * MINUTE_MS;
/** An observation of the run is good for this long. */
const LOOK_HOLDS_MS = 5_000;
/** A run that completed has sent `closed` before; it may arrive a moment later. */
const CLOSED_WITHIN_MS = 10_000;
const TOLD_WITHIN_MS = 10 * MINUTE_MS;
/** A page that stays open in PagerDuty after its incident would be a lie: resolving it is tried for long. */
const RESOLVED_WITHIN_MS = 6 * 60 * MINUTE_MS;
const MAX_EVENTS = 2_000;
/** From here on messages that hang are dropped, so that the history stays bounded. */
const HARD_MAX_EVENTS = 4_000;
const MAX_ASKED = 100;

/** One run of an escalation: takes what is said to it, asks the clock what to do, and does it. */
export class EscalationRun {
  /** Epoch milliseconds. */
  private readonly zero: number;
  private readonly clock: EscalationClock;
  private readonly pager: Pager;
  private readonly incident: IncidentLine;
  private closing: Closing | null = null;
  private newestAck: { as: string; until: number } | null = null;
  private questions: Approval[] = [];
  private readonly askedKeys: string[];
  /** Why nothing automatic works on it any more; null while the incident's run is open. */
  private gone: string | null;
  private over: EscalationView['closed'] = null;
  /** The tier of which it is not yet known whether it reached anybody. */
  private trial: { tier: number; startedAt: number } | null = null;
  private refusedAt = Date.now();
  private lookedAt: number;
  private isHostWell = false;
  private changes = 0;

  constructor(private readonly input: EscalationInput & { carried?: EscalationCarried }) {
    const { subject, plan, carried } = input;
    const startsAt = Date.parse(subject.startsAt);
    this.zero = Number.isFinite(startsAt) ? startsAt : Date.now();
    this.clock = new EscalationClock(plan, this.zero, carried?.clock);
    this.pager = new Pager(subject, () => this.changed(), carried?.pager);
    this.incident = new IncidentLine(subject);
    this.askedKeys = carried?.askedKeys ?? [];
    this.gone = carried?.gone ?? null;
    this.lookedAt = Date.now();
  }

  escalateNow(reason: string): void {
    if (this.clock.pageNow(reason, Date.now())) this.changed();
  }

  acknowledged({ as, until }: { as: string; until: string }): void {
    this.newestAck = { as, until: Date.parse(until) };
    this.changed();
  }

  asked(approval: Approval): void {
    const key = questionKey(approval);
    if (this.askedKeys.includes(key)) return;
    this.askedKeys.push(key);
    if (this.askedKeys.length > MAX_ASKED) this.askedKeys.shift();
    this.questions.push(approval);
    this.changed();
  }

  noted(text: string): void {
    this.pager.tellAll({ kind: 'note', text }, TOLD_WITHIN_MS, ['slack']);
    this.changed();
  }

  /** Tiers wait while the host is well. */
  stands({ host }: StandingNote): void {
    this.isHostWell = host !== 'down';
    this.changed();
  }

  closed(closing: Closing): void {
    this.closing ??= closing;
    this.changed();
  }

  view(): EscalationView {
    const { acknowledged } = this.clock.state;
    return {
      subject: this.input.subject,
      pages: this.pager.state.pages.map(plainPage),
      acknowledged:
        acknowledged === null
          ? null
          : { as: acknowledged.as, at: iso(acknowledged.at), until: iso(acknowledged.until) },
      next: this.over === null ? this.clock.next() : null,
      closed: this.over,
    };
  }

  async untilOver(): Promise<EscalationView> {
    if (this.input.carried === undefined) this.showSubject();
    while (this.over === null) {
      if (this.closing !== null) await this.close(this.closing);
      else if (this.newestAck !== null) await this.takeAck();
      else if (this.questions.length > 0) this.askPeople();
      else await this.goOn();
    }
    await this.incident.allSaid();
    this.show();
    return this.view();
  }

  /** The next thing that time asks for, or waiting for it. */
  private async goOn(): Promise<void> {
    if (await this.renewed()) return;
    const now = Date.now();
    const isHeld = this.clock.state.acknowledged !== null;
    if (!isHeld) this.pager.resume();
    if (this.concludeTrial(now)) return;
    if (this.gone !== null && (isHeld || this.isAllDone())) return await this.endWithoutIncident();
    if (this.gone === null && now >= this.nextLookAt()) return await this.look();
    if (!isHeld && this.mayRetryRefused() && now >= this.nextRetryAt()) return this.retryRefused(now);

    if (this.isHostWell) return await this.wait(now, null);
    const decision = this.clock.decide(now);
    if (decision.kind === 'lapse') return this.lapse(decision.as);
    if (decision.kind === 'wait') return await this.wait(now, decision.until);
    if (this.trial !== null && now < this.trial.startedAt + IN_ORDER_MS) return await this.wait(now, null);
    if (this.gone === null && now - this.lookedAt > LOOK_HOLDS_MS) return await this.look();
    this.pageTier(decision.due, now);
  }

  private pageTier(due: DueTier, now: number): void {
    // Whatever tier was still tried keeps being tried; what is known of it now is what the incident hears.
    if (this.trial !== null) this.endTrial(this.trial.tier);
    const reason = due.reason === this.gone ? null : due.reason;
    this.pager.page({ ...due, reason }, iso(now), this.gone);
    this.clock.wentOut(due, now);
    this.trial = { tier: due.tier, startedAt: now };
    upsertSearchAttributes([{ key: searchAttributes.tier, value: due.tier }]);
    this.show();
  }

  /** Whether the tier that is being tried was settled, one way or the other. */
  private concludeTrial(now: number): boolean {
    if (this.trial === null) return false;
    const { tier, startedAt } = this.trial;
    if (!this.pager.isSettled(tier) && now < startedAt + DELIVERED_WITHIN_MS) return false;
    this.endTrial(tier);
    if (!this.pager.isDelivered(tier)) this.clock.reachedNobody(now);
    return true;
  }

  private endTrial(tier: number): void {
    this.trial = null;
    this.refusedAt = Date.now();
    this.incident.paged(tier, this.pager.pagesOf(tier));
  }

  private async takeAck(): Promise<void> {
    const { as, until } = this.newestAck!;
    this.newestAck = null;
    if (!this.clock.acknowledge(as, until, Date.now())) return;
    // A page that is under way ends first: it may be one more reader of what follows.
    await this.pager.interrupt();
    if (this.trial !== null) this.endTrial(this.trial.tier);
    await this.pager.stopTelling();
    this.pager.tellAll({ kind: 'acknowledged', as, until: iso(until) }, TOLD_WITHIN_MS);
    this.incident.say({ kind: 'acknowledged', as, until: iso(until) });
    this.show();
  }

  private lapse(as: string): void {
    this.clock.lapse();
    this.pager.tellAll(
      {
        kind: 'note',
        text: `${as}'s acknowledgement has run out, the incident is open; further tiers are paged again`,
      },
      TOLD_WITHIN_MS,
      ['slack'],
    );
    this.incident.say({ kind: 'lapsed', as });
    this.show();
  }

  private askPeople(): void {
    const approval = this.questions.shift()!;
    const now = Date.now();
    const { team } = teamOf(this.input.plan, 'onDuty', now, null);
    const left = Date.parse(approval.expiresAt) - now;
    if (left > 0) this.pager.ask(team, { kind: 'asked', approval }, questionKey(approval), left);
  }

  private async close(closing: Closing): Promise<void> {
    await Promise.all([this.pager.interrupt(), this.pager.stopTelling()]);
    this.over = closing.outcome;
    this.show();
    this.pager.tellAll({ kind: 'closed', ...closing }, RESOLVED_WITHIN_MS);
    this.tellSilentHeal(closing);
    await this.pager.allTold();
  }

  /** A change that nobody was called for is one line in the channel of those on duty: it rings nowhere. */
  private tellSilentHeal(closing: Closing): void {
    if (closing.outcome !== 'healed' && closing.outcome !== 'degraded') return;
    const { team } = teamOf(this.input.plan, 'onDuty', Date.now(), null);
    this.pager.tellUncalled(team, { kind: 'closed', ...closing, isSilent: true }, TOLD_WITHIN_MS);
  }

  private async look(): Promise<void> {
    const end = await endOf(this.input.subject);
    this.lookedAt = Date.now();
    if (end === undefined) return;
    if (end === 'COMPLETED' && (await condition(() => this.closing !== null, CLOSED_WITHIN_MS))) return;
    this.gone = endInWords(end);
    const text = `${this.gone}; nothing automatic works on this any more`;
    this.pager.tellAll({ kind: 'note', text }, TOLD_WITHIN_MS, ['slack']);
    this.clock.pageNow(this.gone, Date.now());
    this.show();
  }

  private async endWithoutIncident(): Promise<void> {
    await this.pager.allTold();
    if (this.closing !== null || this.newestAck !== null) return;
    this.over = 'gone';
  }

  /** Every tier is out, and nothing that is still tried could reach somebody. */
  private isAllDone(): boolean {
    return this.clock.allOut && this.trial === null && !this.pager.isSending && !this.mayRetryRefused();
  }

  /** All tiers are out, and the last reached nobody, nor did anything since. */
  private mayRetryRefused(): boolean {
    const last = this.clock.state.out.at(-1);
    if (!this.clock.allOut || last === undefined || this.trial !== null || !this.pager.hasRefused) return false;
    const reached = this.pager.state.pages.some((page) => page.delivered && Date.parse(page.at) >= last.at);
    return !reached;
  }

  private nextRetryAt(): number {
    return this.refusedAt + REFUSED_AGAIN_MS;
  }

  private retryRefused(now: number): void {
    this.refusedAt = now;
    this.pager.retryRefused();
  }

  private nextLookAt(): number {
    const isQuiet = this.clock.next() === null && this.clock.state.acknowledged === null && !this.mayRetryRefused();
    const every = isQuiet ? LOOK_RARELY_MS : LOOK_MS;
    // Counted from zero, so that looks and tiers fall together.
    return this.zero + (Math.floor((this.lookedAt - this.zero) / every) + 1) * every;
  }

  private async wait(now: number, clockUntil: number | null): Promise<void> {
    const trial = this.trial;
    const ends = [
      clockUntil ?? Infinity,
      trial === null
        ? Infinity
        : trial.startedAt + (now < trial.startedAt + IN_ORDER_MS ? IN_ORDER_MS : DELIVERED_WITHIN_MS),
      this.gone === null ? this.nextLookAt() : Infinity,
      this.mayRetryRefused() ? this.nextRetryAt() : Infinity,
    ];
    const until = Math.min(...ends);
    const seen = this.changes;
    const hasNews = () => this.changes !== seen;
    if (until === Infinity) return await condition(hasNews);
    await condition(hasNews, Math.max(1, until - now), { summary: this.waitsFor(until, clockUntil) });
  }

  private waitsFor(until: number, clockUntil: number | null): string {
    const next = this.clock.next();
    if (until !== clockUntil)
      return this.trial === null ? 'Look after the incident' : `Delivery of tier ${this.trial.tier}`;
    if (this.clock.state.acknowledged !== null) return 'Acknowledgement lapses';
    return next === null ? 'Look after the incident' : `Tier ${next.tier} is due`;
  }

  /** Continues as a new run when the history has grown; true when something else came in between. */
  private async renewed(): Promise<boolean> {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    if (!continueAsNewSuggested && historyLength < MAX_EVENTS) return false;
    if (this.trial !== null || (this.pager.isTelling && historyLength < HARD_MAX_EVENTS)) return false;
    const seen = this.changes;
    await this.pager.interrupt();
    await this.pager.stopTelling();
    await this.incident.allSaid();
    if (this.changes !== seen && this.hasNews()) return true;
    const { subject, plan } = this.input;
    const carried: EscalationCarried = {
      clock: this.clock.state,
      pager: this.pager.state,
      askedKeys: this.askedKeys,
      gone: this.gone,
    };
    return await continueAsNew<(input: EscalationInput & { carried: EscalationCarried }) => Promise<EscalationView>>({
      subject,
      plan,
      carried,
    });
  }

  private hasNews(): boolean {
    return this.closing !== null || this.newestAck !== null || this.questions.length > 0;
  }

  private changed(): void {
    this.changes += 1;
    this.show();
  }

  private show(): void {
    setCurrentDetails(renderEscalation(this.view()));
  }

  private showSubject(): void {
    const { host, alertname, severity } = this.input.subject;
    upsertSearchAttributes([
      { key: searchAttributes.host, value: host ?? 'unknown' },
      { key: searchAttributes.alert, value: alertname.slice(0, 255) },
      { key: searchAttributes.severity, value: severity.slice(0, 255) },
      { key: searchAttributes.tier, value: 0 },
    ]);
    this.show();
  }
}

function questionKey({ hash, askedAt }: Approval): string {
  return `asked-${hash}-${askedAt}`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
