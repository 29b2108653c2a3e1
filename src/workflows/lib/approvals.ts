import { formatDuration } from '../../shared/durations';
import type { Approval, ApprovalAnswer, ApprovalPolicy, ApprovalReply, ApprovalSubject } from '../../shared/approval';
import { shortTitle } from '../../shared/summary/headline';
import { clock } from '../../shared/text';
import { hashOf } from './hash';

const MAX_EARLY = 20;
/** So many names fit into a page. */
const MAX_PEOPLE = 10;

export type Verdict = 'approved' | 'rejected';

interface EarlyAnswer {
  hash: string;
  as: string;
  verdict: Verdict;
  note: string;
}

/**
 * The questions of one incident and their answers. An answer is bound to the hash of exactly what was asked; nobody
 * answers what they started themselves; what nobody answers is a no. Plain state without Temporal calls.
 */
export class Approvals {
  private readonly early: EarlyAnswer[] = [];

  constructor(
    private readonly policy: ApprovalPolicy,
    /** Who started the incident; null for an alert. */
    private readonly startedBy: string | null,
    /** Oldest first; kept by the incident's view. */
    private readonly approvals: Approval[],
    private readonly now: () => string,
  ) {}

  /** Asks, or finds the question that is open already. An answer that came before is taken now. */
  ask(subject: ApprovalSubject): Approval {
    const hash = hashOf(subject);
    const open = this.approvals.find((approval) => approval.hash === hash && approval.state === 'asked');
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
    this.approvals.push(approval);
    this.takeEarly(approval);
    return approval;
  }

  /** Nobody answered in time, or the question is moot. */
  end(approval: Approval, state: 'expired' | 'withdrawn'): void {
    if (approval.state !== 'asked') return;
    approval.state = state;
    approval.answeredAt = this.now();
  }

  /**
   * For the validator of an update: whether this can be an answer.
   *
   * @throws Error in words for whoever answered; nothing is changed then
   */
  check(answer: ApprovalAnswer): void {
    const { as, hash } = answer;
    if (typeof as !== 'string' || as.trim() === '') throw new Error('as: say who you are, as in {"as": "anna"}');
    if (hash !== undefined && !/^[0-9a-f]{8}$/.test(hash))
      throw new Error(`hash: expected 8 hex digits, got "${hash}"`);
    const asked = this.find(hash);
    if (asked === undefined) return this.checkEarly(answer);
    if (asked.state !== 'asked') throw new Error(this.whyClosed(asked));
    this.checkPerson(as, asked.roles);
  }

  /** Takes an answer that `check` let through. */
  answer(answer: ApprovalAnswer, verdict: Verdict): ApprovalReply {
    const { as, note = '' } = answer;
    const asked = this.find(answer.hash);
    if (asked === undefined) {
      this.early.push({ hash: answer.hash ?? '', as, verdict, note });
      if (this.early.length > MAX_EARLY) this.early.shift();
      return { hash: answer.hash ?? '', state: 'kept', detail: 'not asked yet: your answer is kept until it is' };
    }
    // Two answers may be let through before either is taken: the first counts.
    if (asked.state === 'asked') this.settle(asked, { as, verdict, note });
    return { hash: asked.hash, state: asked.state, detail: `${asked.subject.title} on ${asked.subject.host}` };
  }

  private settle(approval: Approval, { as, verdict, note }: Omit<EarlyAnswer, 'hash'>): void {
    approval.state = verdict;
    approval.answeredBy = as;
    approval.answeredAt = this.now();
    approval.note = note;
  }

  private takeEarly(approval: Approval): void {
    const known = this.early.find(({ hash, as }) => hash === approval.hash && this.may(as, approval.roles));
    if (known === undefined) return;
    this.early.splice(this.early.indexOf(known), 1);
    this.settle(approval, known);
  }

  /** By hash, the newest; without one, the only question that is open. */
  private find(hash: string | undefined): Approval | undefined {
    if (hash !== undefined) return this.approvals.findLast((approval) => approval.hash === hash);
    const open = this.approvals.filter(({ state }) => state === 'asked');
    if (open.length > 1) {
      const list = open.map((one) => `${one.hash} (${one.subject.title})`).join(', ');
      throw new Error(`more than one question is open: add the hash of one: ${list}`);
    }
    return open[0] ?? this.approvals.at(-1);
  }

  private checkEarly({ as, hash }: ApprovalAnswer): void {
    if (hash === undefined) throw new Error('nothing is asked; to answer in advance, add the hash of what will be');
    this.checkPerson(as, Object.keys(this.policy.roles));
  }

  private checkPerson(as: string, roles: string[]): void {
    if (as === this.startedBy) throw new Error(`${as} started this run: somebody else must answer`);
    if (!this.may(as, roles)) {
      throw new Error(
        `${as} may not answer this: it takes one of ${roles.join(', ')} (approvals.roles in halcyon.yaml)`,
      );
    }
  }

  private may(as: string, roles: string[]): boolean {
    return as !== this.startedBy && roles.some((role) => this.policy.roles[role]?.includes(as) === true);
  }

  private rolesFor({ risk }: ApprovalSubject): string[] {
    return this.policy.approvers[risk] ?? this.policy.approvers['default'] ?? [];
  }

  private peopleFor(subject: ApprovalSubject): string[] {
    const people = this.rolesFor(subject).flatMap((role) => this.policy.roles[role] ?? []);
    return [...new Set(people)].filter((person) => person !== this.startedBy).slice(0, MAX_PEOPLE);
  }

  private whyClosed(approval: Approval): string {
    const open = this.approvals.find(({ state }) => state === 'asked');
    const instead = open === undefined ? '' : `; open is ${open.hash} (${open.subject.title})`;
    const by = approval.answeredBy === null ? '' : ` by ${approval.answeredBy}`;
    return `${approval.hash} is ${approval.state} already${by}, at ${approval.answeredAt ?? approval.expiresAt}${instead}`;
  }
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
  const within = formatDuration(Date.parse(expiresAt) - Date.parse(askedAt));
  return `${subject.title} on ${subject.host}${values.length === 0 ? '' : ` (${values.join(', ')})`}${because}; no answer within ${within} is a no`;
}
