import { condition, workflowInfo } from '@temporalio/workflow';
import type { Approval, ApprovalAnswer, ApprovalPolicy, ApprovalSubject, Verdict } from '../../shared/safety/approval';
import { approveSignal, approveUpdate, rejectSignal, rejectUpdate } from '../messages';
import { whyRefused } from '../messages/door';
import type { Door } from '../messages/door';
import { Approvals } from '../safety/approvals';
import { isoNow } from '../support/time';

interface QuestionsOf {
  policy: ApprovalPolicy;
  startedBy: string | null;
  /** Everything that was asked; part of the report. */
  approvals: Approval[];
  /** When silence is a no, epoch milliseconds: at night nobody answers within minutes. */
  overAt: number;
  note: (text: string) => void;
  /** A question was asked: people are told. */
  asked: (approval: Approval) => Promise<void>;
  changed: () => void;
}

/** What a maintenance run asks people, answered by the same messages and commands as the questions of an incident. */
export class MaintenanceQuestions {
  private readonly approvals: Approvals;

  constructor(private readonly of: QuestionsOf) {
    const { policy, startedBy, approvals, overAt } = of;
    const { firstExecutionRunId: run } = workflowInfo();
    const expireAfterMs = Math.max(1_000, overAt - Date.now());
    this.approvals = new Approvals({ ...policy, expireAfterMs }, { run, startedBy, approvals, early: [] }, isoNow);
  }

  listen(door: Door): void {
    const check = (answer: ApprovalAnswer) => this.approvals.check(answer);
    door.update(approveUpdate, { check, take: (answer) => this.answer(answer, 'approved') });
    door.update(rejectUpdate, { check, take: (answer) => this.answer(answer, 'rejected') });
    door.signal(approveSignal, (answer) => this.hear(answer, 'approved'));
    door.signal(rejectSignal, (answer) => this.hear(answer, 'rejected'));
  }

  /** Waits for the answer, or until silence is a no. */
  async ask(subject: ApprovalSubject): Promise<Approval> {
    const approval = this.approvals.ask(subject);
    this.of.changed();
    if (approval.state === 'asked') {
      await this.of.asked(approval);
      const forMs = Math.max(1, Date.parse(approval.expiresAt) - Date.now());
      await condition(() => approval.state !== 'asked', forMs, { summary: `Answer to: ${subject.title}` });
      this.approvals.end(approval, 'expired');
    }
    const by = approval.answeredBy === null ? '' : ` by ${approval.answeredBy}`;
    this.of.note(`${subject.title}: ${approval.state}${by}`);
    return approval;
  }

  private answer(answer: ApprovalAnswer, verdict: Verdict) {
    const reply = this.approvals.answer(answer, verdict);
    this.of.changed();
    return reply;
  }

  /** Kept while no controller ran. */
  private hear(answer: ApprovalAnswer, verdict: Verdict): void {
    const why = whyRefused(() => this.approvals.checkKept(answer));
    if (why === undefined) this.answer(answer, verdict);
    else this.of.note(`An answer of ${answer.as} was not taken ("${verdict}"): ${why}`);
  }
}
