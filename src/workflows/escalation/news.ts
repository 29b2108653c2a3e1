import type { Approval } from '../../shared/safety/approval';
import type { Closing } from './pages/announcements';
import type { EscalationCarried } from './escalation-view';
import { UnaskedQuestions } from './unasked-questions';
import { isoNow } from '../support/time';

/** A flood of them is of no use to anybody. */
const MAX_DROPPED = 10;

/** What was said to a clock and waits to be acted on. */
export class News {
  closing: Closing | null = null;
  /** `until`: epoch milliseconds. */
  newestAck: { as: string; until: number } | null = null;

  readonly questions: UnaskedQuestions;
  /** What could not be taken, in words. */
  readonly dropped: string[];

  constructor(
    carried: Pick<EscalationCarried, 'askedKeys' | 'notTaken'> | undefined,
    private readonly onChange: () => void,
  ) {
    this.questions = new UnaskedQuestions(carried?.askedKeys ?? []);
    this.dropped = carried?.notTaken ?? [];
  }

  get isEmpty(): boolean {
    return this.closing === null && this.newestAck === null && this.questions.isEmpty;
  }

  acknowledged({ as, until }: { as: string; until: string }): void {
    this.newestAck = { as, until: Date.parse(until) };
    this.onChange();
  }

  /** Somebody sent what is no message of a clock. */
  notTaken(what: string): void {
    if (this.dropped.length < MAX_DROPPED) this.dropped.push(`${isoNow()} ${what}`);
    this.onChange();
  }

  asked(approval: Approval): void {
    if (this.questions.take(approval)) this.onChange();
  }

  closed(closing: Closing): void {
    this.closing ??= closing;
    this.onChange();
  }
}
