import type { PageKind } from '../../../activities/control/types';
import type { EscalationPlan, Fact, Subject } from '../../../shared/paging/escalation';
import { teamOf } from '../../../shared/paging/escalation-team';
import type { Outcome } from '../../../shared/incident';
import type { Approval } from '../../../shared/safety/approval';
import type { EscalationClock } from '../clock';
import { WHERE_PAGED } from './pager';
import type { Pager } from './pager';
import { questionKey } from '../unasked-questions';

/** How an incident ended, for everyone who heard of it. */
export interface Closing {
  outcome: Outcome;
  summary: string;
  facts?: Fact[];
}

const MINUTE_MS = 60_000;
const TOLD_WITHIN_MS = 10 * MINUTE_MS;
/** A page that stays open in PagerDuty after its incident would be a lie: resolving it is tried for long. */
const RESOLVED_WITHIN_MS = 6 * 60 * MINUTE_MS;
/** The one line of a route that pages nobody is worth some trying. */
const LINE_WITHIN_MS = 60 * MINUTE_MS;

/** What people hear of an incident beside the pages of its tiers. Sends, and does not wait. */
export class Announcements {
  constructor(
    private readonly subject: Subject,
    private readonly clock: EscalationClock,
    private readonly pager: Pager,
    /** The line of a route that pages nobody was said, in this run or before it. */
    public isLineSaid = false,
  ) {}

  /** For everyone who was paged or asked. `endsQuestion`: PagerDuty, which shows the question, is told as well. */
  note(text: string, endsQuestion: boolean): void {
    this.pager.tellAll({ kind: 'note', text }, TOLD_WITHIN_MS, endsQuestion ? WHERE_PAGED : ['slack']);
  }

  /** A team that is no tier, and everyone who was paged or asked. Nobody is called for it. */
  inform(team: string, text: string, now: number): void {
    if (this.isSilent(now)) return;
    const told = teamOf(this.plan, team, now, null).team;
    this.pager.ask(told, { kind: 'note', text }, { key: `team/${team}`, withinMs: LINE_WITHIN_MS, rings: false });
  }

  acknowledged(as: string, until: string): void {
    this.pager.tellAll({ kind: 'acknowledged', as, until }, TOLD_WITHIN_MS);
  }

  lapsed(as: string): void {
    const what = `${as}'s acknowledgement has run out, the incident is open; the next people are called again`;
    this.note(what, false);
  }

  /** The incident's run ended without a word. */
  gone(how: string): void {
    this.note(`${how}; nothing automatic works on this any more, and what it asked is over`, true);
  }

  /** Those on duty are asked; `rings`: they are called for it. */
  question(approval: Approval, now: number, rings: boolean): void {
    const withinMs = Date.parse(approval.expiresAt) - now;
    const question: PageKind = { kind: 'asked', approval, urgency: this.plan.urgency };
    this.pager.ask(this.firstTeam(now), question, { key: questionKey(approval), withinMs, rings });
  }

  get mustSayLine(): boolean {
    return this.plan.notify === 'channelOnly' && !this.isLineSaid;
  }

  line(now: number): void {
    this.isLineSaid = true;
    const text = `For your information (${this.subject.severity}), nobody is paged`;
    const how = { key: 'line', withinMs: LINE_WITHIN_MS, rings: false };
    this.pager.ask(this.teamOnDuty(now), { kind: 'note', text }, how);
  }

  /** A host that is well while its alert fires: those on duty are told, at low urgency. */
  monitoring(now: number): void {
    if (this.isSilent(now)) return;
    const how = { key: 'monitoring', withinMs: LINE_WITHIN_MS, rings: this.plan.notify === 'tiers' };
    this.pager.ask(this.firstTeam(now), { kind: 'monitoring', urgency: 'low' }, how);
  }

  closed(closing: Closing, now: number): void {
    this.pager.tellAll({ kind: 'closed', ...closing }, RESOLVED_WITHIN_MS);
    this.silentHeal(closing, now);
  }

  isQuiet(now: number): boolean {
    return this.clock.quietUntil(now) !== null;
  }

  /** Nobody hears of it, or not yet. */
  isSilent(now: number): boolean {
    return this.plan.notify === 'none' || this.isQuiet(now);
  }

  /** A change that nobody was called for is one line in the channel of those on duty, where anybody may hear of it. */
  private silentHeal(closing: Closing, now: number): void {
    if ((closing.outcome !== 'healed' && closing.outcome !== 'degraded') || this.isSilent(now)) return;
    this.pager.tellUncalled(this.teamOnDuty(now), { kind: 'closed', ...closing, isSilent: true }, TOLD_WITHIN_MS);
  }

  private get plan(): EscalationPlan {
    return this.clock.plan;
  }

  private teamOnDuty(now: number) {
    return teamOf(this.plan, 'onDuty', now, null).team;
  }

  /** Of the first tier. */
  private firstTeam(now: number) {
    return teamOf(this.plan, this.plan.tiers[0]?.notify ?? 'onDuty', now, null).team;
  }
}
