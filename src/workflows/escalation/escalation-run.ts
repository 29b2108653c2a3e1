import {
  condition,
  continueAsNew,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Approval } from '../../shared/safety/approval';
import type {
  EscalationInput,
  EscalationNote,
  EscalationPlan,
  EscalationView,
  Fact,
  StandingNote,
  Subject,
} from '../../shared/paging/escalation';
import { isLouder, tellRoute } from '../../shared/paging/escalation-routes';
import type { Outcome } from '../../shared/incident';
import type { PageKind } from '../../activities/control/types';
import { searchAttributes } from '../../shared/search-attributes';
import { EscalationClock } from './clock';
import type { ClockState, DueTier } from './clock';
import { Delivery } from './delivery';
import { renderEscalation } from './escalation-details';
import { IncidentClient } from './incident-client';
import { Pager, WHERE_PAGED } from './pager';
import type { PagerState } from './pager';
import { UnaskedQuestions, questionKey } from './unasked-questions';
import { plainPage } from './sent-page';
import { SubjectWatch } from './subject-watch';
import { showSeverity, showSubject, zeroOf } from './subject';
import { teamOf } from '../../shared/paging/escalation-team';

/** What goes on into the next run. */
export interface EscalationCarried {
  clock: ClockState;
  pager: PagerState;
  askedKeys: string[];
  gone: string | null;
  isLineSaid: boolean;
}

interface Closing {
  outcome: Outcome;
  summary: string;
  facts?: Fact[];
}

const MINUTE_MS = 60_000;
const TOLD_WITHIN_MS = 10 * MINUTE_MS;
/** A page that stays open in PagerDuty after its incident would be a lie: resolving it is tried for long. */
const RESOLVED_WITHIN_MS = 6 * 60 * MINUTE_MS;
const MAX_EVENTS = 2_000;
/** From here on messages that hang are dropped, so that the history stays bounded. */
const HARD_MAX_EVENTS = 4_000;

/** The one line of a route that pages nobody is worth some trying. */
const LINE_WITHIN_MS = 60 * MINUTE_MS;

/** One run of an escalation: takes what is said to it, asks the clock what to do, and does it. */
export class EscalationRun {
  /** What is paged about. Its severity is that of the worst alert. */
  private readonly subject: Subject;
  private readonly clock: EscalationClock;
  private readonly pager: Pager;
  private readonly incident: IncidentClient;
  private closing: Closing | null = null;
  private newestAck: { as: string; until: number } | null = null;
  private readonly delivery: Delivery;
  private readonly runWatch: SubjectWatch;
  private readonly questions: UnaskedQuestions;
  private isLineSaid: boolean;
  private over: EscalationView['closed'] = null;
  private changes = 0;

  constructor(private readonly input: EscalationInput & { carried?: EscalationCarried }) {
    const { plan, carried } = input;
    const zero = zeroOf(input.subject);
    this.subject = { ...input.subject, startsAt: iso(zero) };
    this.clock = new EscalationClock(plan, zero, carried?.clock ?? { now: Date.now() });
    this.pager = new Pager(this.subject, () => this.changed(), carried?.pager);
    this.incident = new IncidentClient(this.subject);
    this.delivery = new Delivery(this.clock, this.pager, this.incident);
    this.runWatch = new SubjectWatch(this.subject, zero, carried?.gone ?? null);
    this.questions = new UnaskedQuestions(carried?.askedKeys ?? []);
    this.isLineSaid = carried?.isLineSaid ?? false;
  }

  escalateNow(reason: string): void {
    if (this.clock.pageNow(reason, Date.now())) this.changed();
  }

  helpless(reason: string): void {
    if (this.clock.helpless(reason, Date.now())) this.changed();
  }

  /** Never quieter than it was: alerts of one incident may have different severities. */
  routed({ severity, plan }: { severity: string; plan: EscalationPlan }): void {
    if (!isLouder(plan, this.clock.plan)) return;
    this.clock.replan(plan, Date.now());
    this.subject.severity = severity;
    showSeverity(this.subject);
    this.changed();
  }

  acknowledged({ as, until }: { as: string; until: string }): void {
    this.newestAck = { as, until: Date.parse(until) };
    this.changed();
  }

  asked(approval: Approval): void {
    if (this.questions.take(approval)) this.changed();
  }

  noted({ text, endsQuestion }: EscalationNote): void {
    this.pager.tellAll({ kind: 'note', text }, TOLD_WITHIN_MS, endsQuestion === true ? WHERE_PAGED : ['slack']);
    this.changed();
  }

  /** Tiers wait while the host is well. */
  stands({ host }: StandingNote): void {
    if (host === 'contradicted') this.tellOfMonitoring(Date.now());
    if (this.clock.stands(host !== 'down', Date.now())) this.changed();
  }

  closed(closing: Closing): void {
    this.closing ??= closing;
    this.changed();
  }

  view(): EscalationView {
    const { acknowledged } = this.clock.state;
    return {
      subject: this.subject,
      route: tellRoute(this.clock.plan),
      pages: this.pager.state.pages.map(plainPage),
      acknowledged:
        acknowledged === null
          ? null
          : { as: acknowledged.as, at: iso(acknowledged.at), until: iso(acknowledged.until) },
      stillSince: this.over !== null || this.clock.stillSince === null ? null : iso(this.clock.stillSince),
      next: this.over === null ? this.clock.next() : null,
      closed: this.over,
    };
  }

  async untilOver(): Promise<EscalationView> {
    if (this.input.carried === undefined) showSubject(this.subject);
    this.show();
    while (this.over === null) {
      if (this.closing !== null) await this.close(this.closing);
      else if (this.newestAck !== null) await this.takeAck();
      else if (!this.questions.isEmpty) this.askPeople(this.questions.next()!);
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
    if (this.delivery.conclude(now)) return;
    if (this.clock.plan.notify === 'channelOnly' && !this.isLineSaid && !this.isQuiet(now)) return this.sayLine(now);
    if (this.runWatch.gone !== null && (isHeld || this.delivery.isAllDone)) return await this.endWithoutIncident();
    if (now >= this.nextLookAt()) return await this.look();
    if (!isHeld && this.delivery.retried(now)) return;

    const decision = this.clock.decide(now);
    if (decision.kind === 'lapse') return this.lapse(decision.as);
    if (decision.kind === 'wait') return await this.wait(now, decision.until);
    if (this.delivery.isTooEarly(now)) return await this.wait(now, null);
    if (this.runWatch.isStale(now)) return await this.look();
    this.pageTier(decision.due, now);
  }

  private pageTier(due: DueTier, now: number, question: Approval | null = null): void {
    const { gone } = this.runWatch;
    const told = { ...due, reason: due.reason === gone ? null : due.reason };
    this.pager.page(told, iso(now), this.clock.plan.urgency, { question, ended: gone });
    this.clock.wentOut(due, now);
    this.delivery.begin(due.tier, now);
    upsertSearchAttributes([{ key: searchAttributes.tier, value: due.tier }]);
    this.show();
  }

  private async takeAck(): Promise<void> {
    const { as, until } = this.newestAck!;
    this.newestAck = null;
    if (!this.clock.acknowledge(as, until, Date.now())) return;
    // A page that is under way ends first: it may be one more reader of what follows.
    await this.pager.interrupt();
    this.delivery.end();
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
        text: `${as}'s acknowledgement has run out, the incident is open; the next people are called again`,
      },
      TOLD_WITHIN_MS,
      ['slack'],
    );
    this.incident.say({ kind: 'lapsed', as });
    this.show();
  }

  /** A question that makes the first tier due is that tier's page; a later one calls those on duty as well. */
  private askPeople(approval: Approval): void {
    const now = Date.now();
    const { plan } = this.clock;
    const left = Date.parse(approval.expiresAt) - now;
    if (left <= 0 || plan.notify === 'none' || this.isQuiet(now)) return;
    const rings = plan.onHelpless === 'now' && plan.notify === 'tiers';
    const isHeld = this.clock.state.acknowledged !== null;
    if (rings && !isHeld) this.clock.helpless(`An answer is needed: ${approval.subject.title}`, now);
    const decision = this.clock.decide(now);
    if (decision.kind === 'page' && decision.due.tier === 1) return this.pageTier(decision.due, now, approval);
    const { team } = teamOf(plan, plan.tiers[0]?.notify ?? 'onDuty', now, null);
    const how = { key: questionKey(approval), withinMs: left, rings: rings && !isHeld };
    this.pager.ask(team, { kind: 'asked', approval, urgency: plan.urgency }, how);
  }

  private isQuiet(now: number): boolean {
    return this.clock.quietUntil(now) !== null;
  }

  private sayLine(now: number): void {
    this.isLineSaid = true;
    const { team } = teamOf(this.clock.plan, 'onDuty', now, null);
    const line: PageKind = { kind: 'note', text: `For your information (${this.subject.severity}), nobody is paged` };
    this.pager.ask(team, line, { key: 'line', withinMs: LINE_WITHIN_MS, rings: false });
  }

  /** A host that is well while its alert fires: those on duty are told, at low urgency. */
  private tellOfMonitoring(now: number): void {
    const { plan } = this.clock;
    if (plan.notify === 'none' || this.isQuiet(now)) return;
    const { team } = teamOf(plan, plan.tiers[0]?.notify ?? 'onDuty', now, null);
    const how = { key: 'monitoring', withinMs: LINE_WITHIN_MS, rings: plan.notify === 'tiers' };
    this.pager.ask(team, { kind: 'monitoring', urgency: 'low' }, how);
  }

  private async close(closing: Closing): Promise<void> {
    await Promise.all([this.pager.interrupt(), this.pager.stopTelling()]);
    this.over = closing.outcome;
    this.show();
    this.pager.tellAll({ kind: 'closed', ...closing }, RESOLVED_WITHIN_MS);
    this.tellSilentHeal(closing);
    await this.pager.allTold();
  }

  /** A change that nobody was called for is one line in the channel of those on duty, where anybody may hear of it. */
  private tellSilentHeal(closing: Closing): void {
    if (closing.outcome !== 'healed' && closing.outcome !== 'degraded') return;
    const { plan } = this.clock;
    const now = Date.now();
    if (plan.notify === 'none' || this.isQuiet(now)) return;
    const { team } = teamOf(plan, 'onDuty', now, null);
    this.pager.tellUncalled(team, { kind: 'closed', ...closing, isSilent: true }, TOLD_WITHIN_MS);
  }

  private async look(): Promise<void> {
    if (!(await this.runWatch.look(() => this.closing !== null))) return;
    const gone = this.runWatch.gone!;
    const text = `${gone}; nothing automatic works on this any more, and what it asked is over`;
    this.pager.tellAll({ kind: 'note', text }, TOLD_WITHIN_MS, WHERE_PAGED);
    this.clock.pageNow(gone, Date.now());
    this.show();
  }

  private async endWithoutIncident(): Promise<void> {
    await this.pager.allTold();
    if (this.closing !== null || this.newestAck !== null) return;
    this.over = 'gone';
  }

  private nextLookAt(): number {
    const isIdle = this.clock.next() === null && this.clock.state.acknowledged === null && !this.delivery.mayRetry;
    return this.runWatch.nextAt(isIdle);
  }

  private async wait(now: number, clockUntil: number | null): Promise<void> {
    const ends = [
      clockUntil ?? Infinity,
      this.isLineSaid ? Infinity : (this.clock.quietUntil(now) ?? Infinity),
      this.delivery.nextAt(now),
      this.nextLookAt(),
    ];
    const until = Math.min(...ends);
    const seen = this.changes;
    const hasNews = () => this.changes !== seen;
    if (until === Infinity) return await condition(hasNews);
    await condition(hasNews, Math.max(1, until - now), { summary: this.waitsFor(until, clockUntil) });
  }

  private waitsFor(until: number, clockUntil: number | null): string {
    const next = this.clock.next();
    if (until !== clockUntil) return this.delivery.waitsFor;
    if (this.clock.state.acknowledged !== null) return 'Acknowledgement lapses';
    return next === null ? 'Look after the incident' : `Tier ${next.tier} is due`;
  }

  /** Continues as a new run when the history has grown; true when something else came in between. */
  private async renewed(): Promise<boolean> {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    if (!continueAsNewSuggested && historyLength < MAX_EVENTS) return false;
    if (this.delivery.isOpen || (this.pager.isTelling && historyLength < HARD_MAX_EVENTS)) return false;
    const seen = this.changes;
    await this.pager.interrupt();
    await this.pager.stopTelling();
    await this.incident.allSaid();
    if (this.changes !== seen && this.hasNews()) return true;
    const { subject } = this;
    const { plan } = this.clock;
    const carried: EscalationCarried = {
      clock: this.clock.state,
      pager: this.pager.state,
      askedKeys: this.questions.told,
      gone: this.runWatch.gone,
      isLineSaid: this.isLineSaid,
    };
    return await continueAsNew<(input: EscalationInput & { carried: EscalationCarried }) => Promise<EscalationView>>({
      subject,
      plan,
      carried,
    });
  }

  private hasNews(): boolean {
    return this.closing !== null || this.newestAck !== null || !this.questions.isEmpty;
  }

  private changed(): void {
    this.changes += 1;
    this.show();
  }

  private show(): void {
    setCurrentDetails(renderEscalation(this.view()));
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
