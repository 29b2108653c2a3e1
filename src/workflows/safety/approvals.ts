import { formatDuration } from '../../shared/text/durations';
import type {
  Approval,
  ApprovalAnswer,
  ApprovalPolicy,
  ApprovalReply,
  ApprovalSubject,
  EarlyAnswer,
  Verdict,
} from '../../shared/safety/approval';
import { isNobody, isSamePerson } from '../../shared/safety/people';
import { effectsOf } from '../../shared/summary/effects';
import { shortTitle } from '../../shared/summary/headline';
import { clock } from '../../shared/text/text';
import { EarlyAnswers } from './early-answers';
import { hashOf } from './hash';

/** So many names fit into a page. */
const MAX_PEOPLE = 10;

export interface ApprovalsOf {
  /** First run of the incident: the same question of another incident is another question. */
  run: string;
  /** Who started the incident; null for an alert. */
  startedBy: string | null;
  /** Everything that was asked, oldest first; kept by the incident's view. */
  approvals: Approval[];
  /** Answers in advance; kept by the incident's story. */
  early: EarlyAnswer[];
}

/**
 * The questions of one incident and their answers. An answer is bound to the hash of exactly what was asked; nobody
 * answers what they started themselves; what nobody answers is a no. Plain state without Temporal calls.
 */
export class Approvals {
  private readonly early: EarlyAnswers;

  constructor(
    private readonly policy: ApprovalPolicy,
    private readonly of: ApprovalsOf,
    /** ISO 8601. */
    private readonly now: () => string,
  ) {
    this.early = new EarlyAnswers(of.early);
  }

  /** Asks, or finds the question that is open already. An answer that was given in advance is taken now. */
  ask(subject: ApprovalSubject): Approval {
    const hash = this.hashOf(subject);
    const open = this.open.find((approval) => approval.hash === hash);
    if (open !== undefined) return open;
    const askedAt = this.now();
    const approval: Approval = {
      hash,
      subject,
      state: 'asked',
      askedAt,
      expiresAt: new Date(Date.parse(askedAt) + this.policy.expireAfterMs).toISOString(),
      roles: this.rolesFor(subject),
      people: this.peopleFor(subject),
      answeredBy: null,
      answeredAt: null,
      note: '',
    };
    this.of.approvals.push(approval);
    const known = this.early.take(hash, (as) => this.may(as, approval.roles));
    if (known !== undefined) settle(approval, known, this.now());
    return approval;
  }

  /**
   * The "no", spoken or by silence, that stands against asking this: to the same question, or, where this is a full
   * recovery, to a smaller remedy. It stands for as long as the incident.
   */
  refusalOf(subject: ApprovalSubject): Approval | undefined {
    const hash = this.hashOf(subject);
    const isBigger = subject.risk === 'fullRecovery';
    return this.of.approvals.findLast(
      (one) =>
        (one.state === 'rejected' || one.state === 'expired') &&
        (one.hash === hash || (isBigger && one.subject.risk === 'change')),
    );
  }

  /** Nobody answered in time, or the question is moot. */
  end(approval: Approval, state: 'expired' | 'withdrawn'): void {
    if (approval.state !== 'asked') return;
    approval.state = state;
    approval.answeredAt = this.now();
  }

  /** It was approved, and could not be followed by anything. */
  withdraw(approval: Approval): void {
    approval.state = 'withdrawn';
  }

  /**
   * For the validator of an update: whether this can be an answer.
   *
   * @throws Error in words for whoever answered; nothing is changed then
   */
  check(answer: ApprovalAnswer): void {
    const { as, hash, inAdvance } = answer;
    const asked = this.find(hash);
    if (inAdvance === true && asked?.state !== 'asked') return this.checkEarly(answer);
    if (asked === undefined) throw new Error(this.whyUnknown(hash));
    if (asked.state !== 'asked') throw new Error(this.whyClosed(asked));
    if (asked.expiresAt <= this.now()) throw new Error(`${asked.hash} expired at ${asked.expiresAt}: that is a no`);
    this.checkPerson(as, asked.roles);
  }

  /**
   * The same for an answer that was kept while no controller ran: without a hash it could mean whatever is asked by now.
   *
   * @throws Error as `check`
   */
  checkKept(answer: ApprovalAnswer): void {
    if (answer.hash === undefined) throw new Error('hash: an answer that was kept must name its question');
    this.check(answer);
  }

  /** Takes an answer that `check` let through. */
  answer(answer: ApprovalAnswer, verdict: Verdict): ApprovalReply {
    const { as, note = '', hash = '', inAdvance } = answer;
    const asked = this.find(answer.hash);
    if (asked === undefined || (inAdvance === true && asked.state !== 'asked')) {
      this.early.keep({ hash, as, verdict, note });
      return { hash, state: 'kept', detail: `not asked now: kept as "${verdict}" until it is asked in this run` };
    }
    this.expire(asked);
    // Two answers may be let through before either is taken: the first counts.
    if (asked.state === 'asked') settle(asked, { as, verdict, note }, this.now());
    return { hash: asked.hash, state: asked.state, detail: `${asked.subject.title} on ${asked.subject.host}` };
  }

  /** Silence is a no from then on, also where nobody was there to notice. */
  private expire(approval: Approval): void {
    if (approval.expiresAt <= this.now()) this.end(approval, 'expired');
  }

  private get open(): Approval[] {
    return this.of.approvals.filter(({ state }) => state === 'asked');
  }

  private hashOf(subject: ApprovalSubject): string {
    return hashOf({ run: this.of.run, ...subject });
  }

  /** By hash, the newest; without one, the only question that was ever asked: "yes" to an older one must not hit the next. */
  private find(hash: string | undefined): Approval | undefined {
    const { approvals } = this.of;
    if (hash !== undefined) return approvals.findLast((approval) => approval.hash === hash);
    if (this.open.length > 0 && approvals.length > 1) {
      throw new Error(`more than one question was asked: add the hash of the one you mean; open: ${this.openOnes()}`);
    }
    return this.open[0] ?? approvals.at(-1);
  }

  private checkEarly({ as, hash }: ApprovalAnswer): void {
    if (hash === undefined) throw new Error('hash: to answer in advance, say the hash of what will be asked');
    this.checkPerson(as, Object.keys(this.policy.roles));
  }

  private checkPerson(as: string, roles: string[]): void {
    if (this.isStarter(as)) throw new Error(`${as} started this run: somebody else must answer`);
    if (!this.may(as, roles)) {
      throw new Error(
        `${as} may not answer this: it takes one of ${roles.join(', ') || 'no role'} (approvals.roles in halcyon.yaml)`,
      );
    }
  }

  private may(as: string, roles: string[]): boolean {
    if (isNobody(as) || this.isStarter(as)) return false;
    return roles.some((role) => this.policy.roles[role]?.some((member) => isSamePerson(member, as)) === true);
  }

  private isStarter(as: string): boolean {
    return this.of.startedBy !== null && isSamePerson(as, this.of.startedBy);
  }

  private rolesFor({ risk }: ApprovalSubject): string[] {
    return this.policy.approvers[risk] ?? this.policy.approvers['default'] ?? [];
  }

  private whyUnknown(hash: string | undefined): string {
    if (this.open.length > 0) return `no question of this run has the hash ${hash}; open: ${this.openOnes()}`;
    const known = hash === undefined ? 'nothing was asked' : `no question of this run has the hash ${hash}`;
    return `${known}, and none is open; to answer in advance, say so (--in-advance, or "inAdvance": true)`;
  }

  private peopleFor(subject: ApprovalSubject): string[] {
    const { startedBy } = this.of;
    const people = this.rolesFor(subject).flatMap((role) => this.policy.roles[role] ?? []);
    const isOther = (person: string) => startedBy === null || !isSamePerson(person, startedBy);
    const isFirst = (person: string, at: number) => people.findIndex((one) => isSamePerson(one, person)) === at;
    return people.filter((person, at) => isOther(person) && isFirst(person, at)).slice(0, MAX_PEOPLE);
  }

  private whyClosed(approval: Approval): string {
    const instead = this.open.length === 0 ? '' : `; open: ${this.openOnes()}`;
    const by = approval.answeredBy === null ? '' : ` by ${approval.answeredBy}`;
    return `${approval.hash} is ${approval.state} already${by}, at ${approval.answeredAt ?? approval.expiresAt}${instead}`;
  }

  private openOnes(): string {
    return this.open.map((one) => `${one.hash} (${one.subject.title})`).join(', ');
  }
}

function settle(approval: Approval, answer: { as: string; verdict: Verdict; note: string }, at: string): void {
  approval.state = answer.verdict;
  approval.answeredBy = answer.as;
  approval.answeredAt = at;
  approval.note = answer.note;
}

/** What became of a question, for those who were asked. */
export function answerInWords(approval: Approval): string {
  const what = shortTitle(approval);
  const note = approval.note === '' ? '' : ` ("${approval.note}")`;
  switch (approval.state) {
    case 'approved':
      return `${what} approved by ${approval.answeredBy}${note}; Halcyon begins`;
    case 'rejected':
      return `${what} rejected by ${approval.answeredBy}${note}; it is not done`;
    case 'expired':
      return `${what} approved by nobody until ${clock(approval.expiresAt)}; it is not done`;
    case 'withdrawn':
      return `${what} is not asked any more; it is not done`;
    case 'asked':
      return `${what} is asked`;
  }
}

/** What is asked, in one line. */
export function describeQuestion({ subject, expiresAt, askedAt }: Approval): string {
  const values = Object.entries(subject.arguments).map(([name, value]) => `${name}: ${value}`);
  const because = subject.precondition === '' ? '' : `, because ${subject.precondition}`;
  const effects = effectsOf(subject);
  const within = formatDuration(Date.parse(expiresAt) - Date.parse(askedAt));
  return `${subject.title} on ${subject.host}${values.length === 0 ? '' : ` (${values.join(', ')})`}${because}.${effects === '' ? '' : ` ${effects}`} No answer within ${within} is a no`;
}
