import {
  ApplicationFailure,
  condition,
  isCancellation,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Approval, ApprovalAnswer, ApprovalSubject } from '../../shared/approval';
import { formatDuration, parseDuration } from '../../shared/durations';
import type { Acknowledgement, EscalationEvent, Subject } from '../../shared/escalation';
import type { TurnRequest } from '../../shared/guard';
import type { IncidentInput, Outcome } from '../../shared/incident';
import type { ChangePermit } from '../../shared/permit';
import type { SafetyPolicy } from '../../shared/safety';
import { searchAttributes } from '../../shared/search-attributes';
import { closingFacts, closingSentence } from '../../shared/summary/closing';
import { acknowledgeUpdate, approveUpdate, closeUpdate, escalatedSignal, rejectUpdate, turnSignal } from '../messages';
import { Approvals, answerInWords, describeQuestion } from './approvals';
import type { Verdict } from './approvals';
import { ApprovedWork } from './approved-work';
import { EscalationLink } from './escalation-link';
import type { Change } from './gate';
import { guardOf } from './guard-port';
import { reason } from './host-steps';
import type { Step } from './host-steps';
import type { Incident } from './incident';
import { checkAcknowledgement, checkWords, refusing } from './people-checks';
import type { HostStanding, Lifeline } from './safety';
import { Turn } from './turn';

/** What was diagnosed before a wait of this length is looked at again. */
const STALE_AFTER_MS = 2_000;
/** A budget grows again with time: the guard is asked again so long after it refused. */
const REFUSED_AGAIN_MS = 1_800_000;
/** What people are called for at once: no pass of a runbook waits it out. */
const URGENT_FINDINGS = { AgentUnreachable: 'its agent does not take work', CrashLoop: 'it dies again and again' };

/** An incident with a clock that pages people, a guard that gives it turns, and people who answer its questions. */
export class Guarded implements Lifeline {
  private readonly escalation: EscalationLink;
  private readonly approvals: Approvals;
  private readonly guardTurn: Turn | null;
  /** While the incident only looks on: what it was refused for, and since when. */
  private resting: { since: number; isPaused: boolean; isSpent: boolean; isOver: boolean } | null = null;
  private standing: HostStanding = 'down';
  private readonly approvedWork = new ApprovedWork();

  constructor(
    private readonly incident: Incident,
    private readonly policy: SafetyPolicy,
  ) {
    const { input, view } = incident;
    this.escalation = new EscalationLink(() => ({ subject: this.subject(), plan: policy.escalation }));
    this.approvals = new Approvals(policy.approvals, input.startedBy?.who ?? null, view.approvals, isoNow);
    this.guardTurn =
      policy.mode === 'observe' || input.host === null
        ? null
        : new Turn({
            host: input.host,
            guard: guardOf(input.host),
            request: () => this.request(),
            note: (title, detail) => incident.note('', title, detail),
            now: () => Date.now(),
          });
  }

  listen(): void {
    const { incident } = this;
    setHandler(turnSignal, (answer) => this.guardTurn?.receive(answer));
    setHandler(escalatedSignal, (event) => this.onEscalated(event));
    setHandler(acknowledgeUpdate, (ack) => this.acknowledge(ack), { validator: checkAcknowledgement });
    const check = (answer: ApprovalAnswer) => refusing(() => this.approvals.check(answer));
    setHandler(approveUpdate, (answer) => this.answer(answer, 'approved'), { validator: check });
    setHandler(rejectUpdate, (answer) => this.answer(answer, 'rejected'), { validator: check });
    setHandler(closeUpdate, (closing) => incident.closeBy(closing), {
      validator: ({ as, reason }) => refusing(() => checkWords({ as, reason })),
    });
  }

  begin(): void {
    this.escalation.start();
    this.guardTurn?.request();
  }

  async begun(): Promise<void> {
    await this.escalation.settled();
  }

  async turn(): Promise<'ready' | 'waited' | 'refused' | 'over'> {
    const { guardTurn, incident } = this;
    if (guardTurn === null) return this.refused('this runbook only observes: runbooks.<name>.mode in halcyon.yaml');
    const before = incident.view.state;
    incident.setState('waitingForTurn');
    const answer = await guardTurn.ready(() => incident.isResolved || incident.isClosedByPerson);
    incident.setState(before);
    if (answer === undefined) return 'over';
    if (answer.kind === 'granted') return guardTurn.waited > STALE_AFTER_MS ? 'waited' : 'ready';
    this.escalateNow(`the guard of ${incident.input.host} refuses: ${answer.detail}`);
    return this.refused(answer.detail);
  }

  async permit(step: Step, change: Change): Promise<ChangePermit> {
    const { guardTurn } = this;
    if (change.isUndo === true) {
      const undo: ChangePermit = { kind: 'undo', token: 0, holder: workflowInfo().workflowId };
      return guardTurn?.permit(step.title, change) ?? undo;
    }
    if (guardTurn === null) throw changeRefused('this runbook only observes');
    if (this.policy.mode === 'approve') {
      const subject = this.question({ ...step, risk: 'change', arguments: change.arguments ?? {}, precondition: '' });
      if (!(await this.ask(subject))) throw changeRefused('nobody approved it');
    }
    try {
      return guardTurn.permit(step.title, change);
    } catch (err) {
      this.escalateNow(`"${step.title}" is refused: ${reason(err)}`);
      throw err;
    }
  }

  async ask(subject: ApprovalSubject): Promise<boolean> {
    const { incident } = this;
    const approval = this.approvals.ask(subject);
    if (approval.state === 'asked') await this.untilAnswered(approval);
    this.tell(answerInWords(approval));
    if (approval.state === 'approved') this.approvedWork.approved(approval);
    const by = approval.answeredBy === null ? '' : ` by ${approval.answeredBy}`;
    incident.note(subject.cite, `${subject.title}: ${approval.state}${by}`, approval.note);
    return approval.state === 'approved';
  }

  escalateNow(why: string): void {
    const { story } = this.incident;
    if (story.isEscalated) return;
    story.isEscalated = true;
    this.incident.note('', 'People are needed now', why);
    this.escalation.escalateNow(why);
  }

  tell(text: string): void {
    this.escalation.note(text);
  }

  made({ title }: Step, failure: string | null): void {
    this.approvedWork.made(title, failure).forEach((text) => this.tell(text));
  }

  look(): void {
    const { incident } = this;
    this.approvedWork.look(incident.view).forEach((text) => this.tell(text));
    if (incident.story.isEscalated) return;
    for (const [name, what] of Object.entries(URGENT_FINDINGS)) {
      if (incident.hasFinding(name)) return this.escalateNow(`${incident.input.host}: ${what}`);
    }
  }

  helpless(why: string): void {
    if (this.incident.view.severity === 'critical') this.escalateNow(why);
  }

  contradicted(text: string): void {
    this.escalation.standing('contradicted', text);
  }

  async rest(host: HostStanding): Promise<void> {
    const { guardTurn, incident } = this;
    this.tellStanding(host);
    const isPaused = guardTurn?.isPaused === true;
    const isSpent = ['budget', 'flapping'].includes(guardTurn?.refusal?.reason ?? '');
    const resting = { since: Date.now(), isPaused, isSpent, isOver: false };
    this.resting = resting;
    if (isPaused) void guardTurn.whenResumed(() => resting.isOver).catch(unlessCancelled);
    else await guardTurn?.release({ changed: incident.changed, closedEpisodes: {} });
  }

  isResumed(): boolean {
    if (this.resting === null) return false;
    const { since, isPaused, isSpent } = this.resting;
    if (isPaused) return this.guardTurn?.isPaused === false;
    return isSpent && Date.now() - since >= REFUSED_AGAIN_MS;
  }

  wantTurn(): void {
    this.endRest();
    this.tellStanding('down');
    this.guardTurn?.request();
  }

  async end(outcome: Outcome): Promise<void> {
    const { incident } = this;
    this.endRest();
    this.escalation.closed(closingOf(incident, outcome));
    await this.guardTurn?.release({ changed: incident.changed, closedEpisodes: incident.closedEpisodes() });
    await this.escalation.settled();
  }

  private endRest(): void {
    if (this.resting !== null) this.resting.isOver = true;
    this.resting = null;
  }

  private tellStanding(host: HostStanding): void {
    if (host === this.standing) return;
    this.standing = host;
    this.escalation.standing(host, '');
  }

  private async untilAnswered(approval: Approval): Promise<void> {
    const { incident, guardTurn } = this;
    const { subject } = approval;
    const before = incident.view.state;
    incident.note(subject.cite, `Asks: ${subject.title}`, describeQuestion(approval));
    incident.setState('waitingForApproval');
    this.escalation.asked(approval);
    // An hour of thinking must not hold up the host's other incidents.
    await guardTurn?.release({ changed: incident.changed, closedEpisodes: {} });
    const answered = await condition(
      () => approval.state !== 'asked' || incident.isResolved || incident.isClosedByPerson,
      this.policy.approvals.expireAfterMs,
      { summary: `Answer to: ${subject.title}` },
    );
    this.approvals.end(approval, answered ? 'withdrawn' : 'expired');
    incident.setState(before);
    if (approval.state !== 'approved') return;
    guardTurn?.request();
    const turn = await this.turn();
    if (turn === 'refused' || turn === 'over') approval.state = 'withdrawn';
  }

  private refused(why: string): 'refused' {
    this.incident.find('ChangeRefused', '', why);
    return 'refused';
  }

  private async acknowledge({ as, for: text }: Acknowledgement): Promise<{ until: string }> {
    const holdMs = text === undefined ? this.policy.escalation.holdMs : parseDuration(text)!;
    const until = new Date(Date.now() + holdMs).toISOString();
    this.incident.view.acknowledged = { as, until };
    this.incident.note('', `Acknowledged by ${as}`, `no further tier for ${formatDuration(holdMs)}`);
    this.escalation.acknowledged(as, until);
    await this.escalation.settled();
    return { until };
  }

  private answer(answer: ApprovalAnswer, verdict: Verdict) {
    const reply = this.approvals.answer(answer, verdict);
    this.incident.setState(this.incident.view.state);
    return reply;
  }

  private onEscalated(event: EscalationEvent): void {
    const { incident } = this;
    if (event.incidentRun !== workflowInfo().firstExecutionRunId) return;
    if (event.kind === 'acknowledged') return this.heardOf(event);
    if (event.kind === 'lapsed') {
      incident.view.acknowledged = null;
      return incident.note('', `The acknowledgement of ${event.as} has lapsed`, 'the clock goes on');
    }
    const { tier, teamName, pages } = event;
    const ways = pages.map(({ channel, delivered, detail }) => `${channel} ${delivered ? 'ok' : `FAILED: ${detail}`}`);
    const collapsed = pages.some((page) => page.collapsed) ? ' (late)' : '';
    incident.note('', `Paged tier ${tier}${collapsed}: ${teamName}`, ways.join('; '));
    for (const page of pages.filter(({ delivered }) => !delivered)) {
      incident.find('PageNotDelivered', '', `tier ${tier}, ${teamName}, ${page.channel}: ${page.detail}`);
    }
    if (tier <= incident.view.tier) return;
    incident.view.tier = tier;
    upsertSearchAttributes([{ key: searchAttributes.tier, value: tier }]);
  }

  /** Told to the clock itself while no controller ran, or known already. */
  private heardOf({ as, until }: { as: string; until: string }): void {
    const { incident } = this;
    if (incident.view.acknowledged?.until === until) return;
    incident.view.acknowledged = { as, until };
    incident.note('', `Acknowledged by ${as}`, `no further tier until ${until}`);
  }

  private question(about: Omit<ApprovalSubject, 'host'>): ApprovalSubject {
    const { risk, cite, title, precondition } = about;
    return { risk, host: this.incident.input.host ?? '', cite, title, arguments: about.arguments, precondition };
  }

  private request(): TurnRequest {
    const { input, view } = this.incident;
    const { workflowId, runId } = workflowInfo();
    return {
      incidentId: workflowId,
      runId,
      runbook: input.runbook,
      severity: view.severity,
      startsAt: view.startsAt,
      startedBy: input.startedBy?.who ?? null,
      episodes: this.incident.episodes(),
      policy: this.policy.guard,
    };
  }

  private subject(): Subject {
    const { input, view } = this.incident;
    const { workflowId, firstExecutionRunId } = workflowInfo();
    return {
      workflowId,
      runId: firstExecutionRunId,
      runbook: input.runbook,
      alertname: view.alertname,
      host: view.host,
      severity: view.severity,
      startsAt: view.startsAt,
      summary: view.summary ?? startedText(input),
      ...(view.runbookUrl === undefined ? {} : { runbookUrl: view.runbookUrl }),
    };
  }
}

/** What is wrong is not known of a run that a person started: only why. */
function startedText({ runbook, host, startedBy }: IncidentInput): string {
  const who = startedBy === undefined ? 'started by nobody known' : `started by ${startedBy.who}: ${startedBy.reason}`;
  return `${runbook} on ${host ?? 'an unknown host'}, ${who}`;
}

function unlessCancelled(err: unknown): void {
  if (!isCancellation(err)) throw err;
}

/** What an incident that may not change something throws: its step is skipped, and says why. */
function changeRefused(why: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(why, 'ChangeRefused');
}

/** Workflow time. */
function isoNow(): string {
  return new Date().toISOString();
}

/** For everyone who was paged or asked. */
function closingOf({ closedBy, view }: Incident, outcome: Outcome) {
  return {
    outcome,
    summary: closingSentence(view, outcome, closedBy),
    facts: closingFacts(view, outcome, closedBy),
  };
}
