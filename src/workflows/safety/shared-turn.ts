import type { TurnAnswer, TurnMessage } from '../../shared/safety/guard';
import type { ChangePermit } from '../../shared/safety/permit';
import type { ChangeIntent } from './gate';
import type { Turn } from '../guard/turn';

type Answer = Extract<TurnAnswer, { kind: 'granted' | 'refused' }>;

export interface SharedTurnOptions {
  turn: Turn;
  /** Whether anything was changed on the host so far. */
  hasChanged: () => boolean;
  /** For the timeline. */
  note: (title: string) => void;
  /** Waits until it is so. */
  until: (isSo: () => boolean) => Promise<void>;
}

/**
 * An incident's turn, which steps beside each other use at the same time. It is lent to other incidents while people think
 * about a question, and to one that is more urgent while a remedy is verified; never under somebody who uses it: not before the
 * last one lets go. Plain state without Temporal calls.
 */
export class SharedTurn {
  private users = 0;
  private questions = 0;
  /** Of what is waited for and is in nobody's way. */
  private waits = 0;
  private hasLent = false;

  constructor(private readonly options: SharedTurnOptions) {}

  /** Given back for a question or for somebody more urgent, and not asked for since. */
  get isLent(): boolean {
    return this.hasLent;
  }

  get isPaused(): boolean {
    return this.options.turn.isPaused;
  }

  /** Why there will be no turn; null while there may be. */
  get refusal(): Extract<TurnAnswer, { kind: 'refused' }> | null {
    return this.options.turn.refusal;
  }

  /** Milliseconds that the turn was waited for: what was diagnosed before is that old. */
  get waited(): number {
    return this.options.turn.waited;
  }

  receive(answer: TurnMessage): void {
    this.options.turn.receive(answer);
    this.lendToWhoIsMoreUrgent();
  }

  /** Asks, and does not wait for the answer. */
  request(): void {
    this.hasLent = false;
    this.options.turn.request();
  }

  /** Waits until there is an answer that counts. Undefined when `until` became true first. */
  async ready(until: () => boolean): Promise<Answer | undefined> {
    return await this.options.turn.ready(until);
  }

  async whenResumed(until: () => boolean): Promise<void> {
    await this.options.turn.whenResumed(until);
  }

  /** Nobody gives the turn away before the returned function is called. */
  use(): () => void {
    let isUsed = true;
    this.users += 1;
    return () => {
      if (!isUsed) return;
      isUsed = false;
      this.users -= 1;
      this.lendWhereNobodyUsesIt();
      this.lendToWhoIsMoreUrgent();
    };
  }

  /** Others may have the host while people think, as far as nobody here uses it. */
  async lendWhile<T>(think: () => Promise<T>): Promise<T> {
    this.questions += 1;
    this.lendWhereNobodyUsesIt();
    try {
      return await think();
    } finally {
      this.questions -= 1;
    }
  }

  /** Who is more urgent may have the host meanwhile, as far as nobody here uses it. */
  async lendIfWanted<T>(wait: () => Promise<T>): Promise<T> {
    this.waits += 1;
    this.lendToWhoIsMoreUrgent();
    try {
      return await wait();
    } finally {
      this.waits -= 1;
    }
  }

  /** Takes it again where it was lent. Gives the answer that counts, undefined when `until` became true first. */
  async takeAgain(until: () => boolean): Promise<Answer | undefined> {
    if (this.hasLent) this.request();
    return await this.ready(until);
  }

  /**
   * What the agent wants to see before a change that the caller makes under a `use` of its own.
   *
   * @throws ApplicationFailure `ChangeRefused`: there is no turn, or it is lent
   */
  permit(what: string, change: ChangeIntent): ChangePermit {
    return this.options.turn.permit(what, change);
  }

  /** The agent refused this permit as too old: a newer one where it is this incident's turn still, else undefined. */
  async renewed(permit: ChangePermit): Promise<ChangePermit | undefined> {
    return await this.options.turn.renewed(permit);
  }

  /** Gives it back for good, when the last one has let go of it. Also for an incident that never had it. */
  async giveBack(): Promise<void> {
    const { turn, until, hasChanged } = this.options;
    this.hasLent = false;
    if (this.users > 0) await until(() => this.users === 0);
    await turn.release({ changed: hasChanged() });
  }

  private lendWhereNobodyUsesIt(): void {
    if (this.questions > 0 && this.users === 0 && this.options.turn.isWanted) this.lend();
  }

  private lendToWhoIsMoreUrgent(): void {
    const { wantedBy: by, isGranted } = this.options.turn;
    if (this.waits === 0 || this.users > 0 || by === null || !isGranted) return;
    this.options.note(`Lends its turn while it verifies: ${by} goes first`);
    this.lend();
  }

  private lend(): void {
    const { turn, hasChanged } = this.options;
    this.hasLent = true;
    turn.letGo({ changed: hasChanged() });
  }
}
