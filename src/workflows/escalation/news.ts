import type { Approval } from '../../shared/safety/approval';
import type { Closing } from './pages/announcements';
import type { UnaskedQuestions } from './unasked-questions';

/** What was said to a clock and waits to be acted on. */
export class News {
  closing: Closing | null = null;
  /** `until`: epoch milliseconds. */
  newestAck: { as: string; until: number } | null = null;

  constructor(
    readonly questions: UnaskedQuestions,
    private readonly onChange: () => void,
  ) {}

  get isEmpty(): boolean {
    return this.closing === null && this.newestAck === null && this.questions.isEmpty;
  }

  acknowledged({ as, until }: { as: string; until: string }): void {
    this.newestAck = { as, until: Date.parse(until) };
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
