import { condition, workflowInfo } from '@temporalio/workflow';
import type {
  Approval,
  ApprovalAnswer,
  ApprovalPolicy,
  ApprovalReply,
  ApprovalSubject,
  Verdict,
} from '../../shared/safety/approval';
import { WELL } from '../../shared/observations/standing';
import { approveSignal, approveUpdate, rejectSignal, rejectUpdate } from '../messages';
import { Approvals, describeQuestion } from './approvals';
import type { EscalationClient } from '../escalation/escalation-client';
import type { Incident } from '../incident/incident';
import { mendedWithoutUs } from '../incident/outcome';
import { whyRefused } from '../messages/door';
import type { Door } from '../messages/door';
import type { Remedied } from './safety';
import { ThinkingWatch } from '../incident/thinking-watch';
import type { Watched } from '../runbook/watched';
import { isoNow } from '../support/time';

interface QuestionsOf {
  incident: Incident;
  /** What is looked at while people think; null where nothing can be. */
  watched: Watched | null;
  policy: ApprovalPolicy;
  escalation: Pick<EscalationClient, 'asked'>;
  /** However it ended: answered, expired or withdrawn. */
  onAnswered(approval: Approval): void;
  /** Others may have the host while people think, unless this incident itself is at work on it. */
  lendTurnWhile<T>(think: () => Promise<T>): Promise<T>;
  /** After a yes; false when there is no turn any more. */
  takeTurnAgain(): Promise<boolean>;
}

/** What one incident asks people before it does something, and what it may do after they said yes. */
export class Questions {
  private readonly approvals: Approvals;
  /** The remedy that is under way, where people said yes to it. */
  private approved = false;
  private readonly watch: ThinkingWatch | null;

  constructor(private readonly of: QuestionsOf) {
    const { input, view, story } = of.incident;
    const { firstExecutionRunId: run } = workflowInfo();
    const startedBy = input.startedBy?.who ?? null;
    this.watch = of.watched === null ? null : new ThinkingWatch(of.incident, of.watched);
    const known = { approvals: view.approvals, early: story.earlyAnswers };
    this.approvals = new Approvals(of.policy, { run, startedBy, ...known }, isoNow);
  }

  listen(door: Door): void {
    const check = (answer: ApprovalAnswer) => this.approvals.check(answer);
    door.update(approveUpdate, { check, take: (answer) => this.answer(answer, 'approved') });
    door.update(rejectUpdate, { check, take: (answer) => this.answer(answer, 'rejected') });
    door.signal(approveSignal, (answer) => this.hear(answer, 'approved'));
    door.signal(rejectSignal, (answer) => this.hear(answer, 'rejected'));
  }

  /** People said yes to the remedy that is under way: its steps need no more questions. */
  get isApproved(): boolean {
    return this.approved;
  }

  /** One question for the whole remedy of a cause, unless the remedy asks by itself. */
  async askForRemedy({ cite, title, asksItself }: Remedied, evidence: string): Promise<boolean> {
    this.approved = false;
    if (asksItself === true) return true;
    const subject: ApprovalSubject = {
      risk: 'change',
      host: this.of.incident.input.host ?? '',
      cite,
      title: `Remedy of "${title}"`,
      arguments: {},
      precondition: evidence,
    };
    return await this.ask(subject, true);
  }

  /** False where a no stands against it: the timeline says so. */
  mayAsk(subject: ApprovalSubject): boolean {
    const refusal = this.approvals.refusalOf(subject);
    if (refusal === undefined) return true;
    const no = `"${refusal.subject.title}" ${toldNo(refusal)}`;
    this.of.incident.note(subject.cite, `Not asked: ${subject.title}`, no);
    return false;
  }

  /** `isWatched`: the host is looked at meanwhile, and a question about how it stood before is withdrawn. */
  async ask(subject: ApprovalSubject, isWatched: boolean): Promise<boolean> {
    const { incident } = this.of;
    if (incident.isClosedByPerson || !this.mayAsk(subject)) return false;
    const approval = this.approvals.ask(subject);
    if (approval.state === 'asked') await this.untilAnswered(approval, isWatched);
    this.of.onAnswered(approval);
    const by = approval.answeredBy === null ? '' : ` by ${approval.answeredBy}`;
    incident.note(subject.cite, `${subject.title}: ${approval.state}${by}`, approval.note);
    if (approval.state !== 'approved') return false;
    // A no to one question takes nothing from what people said yes to besides.
    this.approved = true;
    return true;
  }

  private async untilAnswered(approval: Approval, isWatched: boolean): Promise<void> {
    const { incident } = this.of;
    const { subject } = approval;
    incident.note(subject.cite, 'Asks people', describeQuestion(approval));
    this.of.escalation.asked(approval);
    const how = await incident.during('waitingForApproval', () =>
      this.of.lendTurnWhile(() => this.untilOver(approval, isWatched)),
    );
    if (how.ended === 'changed') {
      incident.noteOtherStanding(how.standing);
      if (how.standing === WELL) incident.noteWell(how.heldMs, mendedWithoutUs(incident));
    }
    this.approvals.end(approval, how.ended === 'expired' ? 'expired' : 'withdrawn');
    if (approval.state === 'approved' && !(await this.of.takeTurnAgain())) this.approvals.withdraw(approval);
    incident.noteApprovals();
  }

  private async untilOver(approval: Approval, isWatched: boolean): ReturnType<ThinkingWatch['until']> {
    const { incident } = this.of;
    const { cite, title } = approval.subject;
    // A question that was open already has less time left than a new one.
    const forMs = Math.max(1, Date.parse(approval.expiresAt) - Date.now());
    const isOver = () => approval.state !== 'asked' || incident.isResolved || incident.isClosedByPerson;
    const wait = { page: cite.slice(0, 1), forMs, summary: `Answer to: ${title}` };
    if (isWatched && this.watch !== null) return await this.watch.until(isOver, wait);
    return { ended: (await condition(isOver, wait.forMs, { summary: wait.summary })) ? 'over' : 'expired' };
  }

  private answer(answer: ApprovalAnswer, verdict: Verdict): ApprovalReply {
    const reply = this.approvals.answer(answer, verdict);
    this.of.incident.noteApprovals();
    return reply;
  }

  /** Kept while no controller ran. */
  private hear(answer: ApprovalAnswer, verdict: Verdict): void {
    const why = whyRefused(() => this.approvals.checkKept(answer));
    if (why === undefined) this.answer(answer, verdict);
    else this.of.incident.note('', `An answer of ${answer.as} was not taken ("${verdict}")`, why);
  }
}

function toldNo({ state, answeredBy }: Approval): string {
  return state === 'expired' ? 'was not answered in time: that is a no' : `was rejected by ${answeredBy}`;
}
