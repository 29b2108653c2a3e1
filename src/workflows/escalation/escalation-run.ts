import { condition, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { hasExpired } from '../../shared/safety/approval';
import type { Approval } from '../../shared/safety/approval';
import type {
  EscalationNote,
  EscalationPlan,
  EscalationView,
  StandingNote,
  Subject,
} from '../../shared/paging/escalation';
import { isLouder } from '../../shared/paging/escalation-routes';
import { searchAttributes } from '../../shared/search-attributes';
import { continueInNewRun, isFarTooLong, isTimeToContinue } from '../support/continue-when-long';
import { Announcements } from './pages/announcements';
import type { Closing } from './pages/announcements';
import { EscalationClock } from './clock';
import type { DueTier } from './clock';
import { Delivery } from './pages/delivery';
import { renderEscalation } from './escalation-details';
import { escalationView } from './escalation-view';
import { iso } from '../support/time';
import type { EscalationCarried, EscalationRunInput } from './escalation-view';
import { IncidentClient } from './incident-client';
import { restored } from './restored';
import { News } from './news';
import { Pager } from './pages/pager';
import { SubjectWatch } from './subject-watch';
import { tellClosed } from './tell-closed';
import { showSeverity, showSubject, zeroOf } from './subject';

type Escalation = (input: EscalationRunInput) => Promise<EscalationView>;

/** One run of an escalation: takes what is said to it, asks the clock what to do, and does it. */
export class EscalationRun {
  /** What is paged about. Its severity is that of the worst alert. */
  readonly subject: Subject;
  readonly clock: EscalationClock;
  readonly pager: Pager;
  readonly incident: IncidentClient;
  readonly news: News;
  private readonly delivery: Delivery;
  private readonly runWatch: SubjectWatch;
  private readonly announcements: Announcements;
  private over: EscalationView['closed'] = null;
  private changes = 0;

  constructor(private readonly input: EscalationRunInput) {
    const { plan, carried } = input;
    const zero = zeroOf(input.subject);
    const known = carried ?? restored(input, Date.now());
    this.subject = { ...input.subject, startsAt: iso(zero) };
    this.clock = new EscalationClock(plan, zero, known?.clock ?? { now: Date.now() });
    this.pager = new Pager(this.subject, () => this.changed(), known?.pager);
    this.incident = new IncidentClient(this.subject);
    this.delivery = new Delivery(this.clock, this.pager, this.incident);
    this.runWatch = new SubjectWatch(this.subject, zero, carried?.gone ?? null);
    this.news = new News(carried, () => this.changed());
    this.announcements = new Announcements(this.subject, this.clock, this.pager, carried?.isLineSaid);
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

  noted({ text, endsQuestion, team }: EscalationNote): void {
    if (team === undefined) this.announcements.note(text, endsQuestion === true);
    else this.announcements.inform(team, text, Date.now());
  }

  /** Tiers wait while the host is well. */
  stands({ host }: StandingNote): void {
    if (host === 'contradicted') this.announcements.monitoring(Date.now());
    if (this.clock.stands(host !== 'down', Date.now())) this.changed();
  }

  view(): EscalationView {
    return escalationView(this, this.over);
  }

  async untilOver(): Promise<EscalationView> {
    if (this.input.carried === undefined) showSubject(this.subject);
    while (this.over === null) {
      this.show();
      if (this.news.closing !== null) await this.close(this.news.closing);
      else if (this.news.newestAck !== null) await this.takeAck();
      else if (!this.news.questions.isEmpty) this.askPeople(this.news.questions.next()!);
      else await this.goOn();
    }
    await this.incident.allSaid();
    this.show();
    return this.view();
  }

  /** The next thing that time asks for, or waiting for it. */
  private async goOn(): Promise<void> {
    if (this.mayContinue()) return await this.continueInNewRun();
    const now = Date.now();
    const isHeld = this.clock.state.acknowledged !== null;
    if (!isHeld) this.pager.resume();
    if (this.delivery.conclude(now)) return;
    if (this.announcements.mustSayLine && !this.announcements.isQuiet(now)) return this.announcements.line(now);
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
  }

  private async takeAck(): Promise<void> {
    const { as, until } = this.news.newestAck!;
    this.news.newestAck = null;
    if (!this.clock.acknowledge(as, until, Date.now())) return;
    // A page that is under way ends first: it may be one more reader of what follows.
    await this.pager.interrupt();
    this.delivery.end();
    // Nobody reads that anna has it after bela does. All else that is on its way is still to be heard.
    await this.pager.stopTelling('acknowledged');
    this.announcements.acknowledged(as, iso(until));
    this.incident.say({ kind: 'acknowledged', as, until: iso(until) });
  }

  private lapse(as: string): void {
    this.clock.lapse();
    this.announcements.lapsed(as);
    this.incident.say({ kind: 'lapsed', as });
  }

  /** A question that makes the first tier due is that tier's page; a later one calls those on duty as well. */
  private askPeople(approval: Approval): void {
    const now = Date.now();
    const { plan } = this.clock;
    if (hasExpired(approval, now) || this.announcements.isSilent(now)) return;
    const rings = plan.onHelpless === 'now' && plan.notify === 'tiers' && this.clock.state.acknowledged === null;
    if (rings) this.clock.helpless(`An answer is needed: ${approval.subject.title}`, now);
    const decision = this.clock.decide(now);
    if (decision.kind === 'page' && decision.due.tier === 1) return this.pageTier(decision.due, now, approval);
    this.announcements.question(approval, now, rings);
  }

  private async close(closing: Closing): Promise<void> {
    await Promise.all([this.pager.interrupt(), this.pager.stopTelling()]);
    await tellClosed(this, closing);
    this.over = closing.outcome;
  }

  private async look(): Promise<void> {
    await this.runWatch.look(() => this.news.closing !== null);
    const { gone } = this.runWatch;
    if (gone === null) return;
    const now = Date.now();
    this.announcements.gone(gone);
    // Nobody would say that the host is well no more.
    this.clock.stands(false, now);
    this.clock.pageNow(gone, now);
  }

  private async endWithoutIncident(): Promise<void> {
    await this.pager.allTold();
    if (this.news.closing !== null || this.news.newestAck !== null) return;
    this.over = 'gone';
  }

  private nextLookAt(): number {
    const isIdle = this.clock.allOut && this.clock.state.acknowledged === null && !this.delivery.mayRetry;
    return this.runWatch.nextAt(isIdle);
  }

  private async wait(now: number, clockUntil: number | null): Promise<void> {
    const ends = [
      clockUntil ?? Infinity,
      this.announcements.isLineSaid ? Infinity : (this.clock.quietUntil(now) ?? Infinity),
      this.delivery.nextAt(now),
      this.nextLookAt(),
    ];
    const until = Math.min(...ends);
    const seen = this.changes;
    const hasNews = () => this.changes !== seen || this.mayContinue();
    if (until === Infinity) return await condition(hasNews);
    await condition(hasNews, Math.max(1, until - now), { summary: this.waitsFor(until, clockUntil) });
  }

  private waitsFor(until: number, clockUntil: number | null): string {
    const next = this.clock.next();
    if (until !== clockUntil) return this.delivery.waitsFor;
    if (this.clock.state.acknowledged !== null) return 'Acknowledgement lapses';
    return next === null ? 'Look after the incident' : `Tier ${next.tier} is due`;
  }

  /** Whether nothing is under way that a new run would not know of. */
  private mayContinue(): boolean {
    if (!isTimeToContinue(this.input) || this.delivery.isOpen) return false;
    // Messages that hang are dropped in the end, so that the history stays bounded.
    return !this.pager.isTelling || isFarTooLong(this.input);
  }

  private async continueInNewRun(): Promise<void> {
    await this.pager.interrupt();
    await this.pager.stopTelling();
    await this.incident.allSaid();
    const { subject } = this;
    const { plan } = this.clock;
    const carried: EscalationCarried = {
      clock: this.clock.state,
      pager: this.pager.state,
      askedKeys: this.news.questions.told,
      gone: this.runWatch.gone,
      isLineSaid: this.announcements.isLineSaid,
      notTaken: this.news.dropped,
    };
    await continueInNewRun<Escalation>({ ...this.input, subject, plan, carried }, () => this.news.isEmpty);
  }

  private changed(): void {
    this.changes += 1;
  }

  private show(): void {
    setCurrentDetails(renderEscalation(this.view()));
  }
}
