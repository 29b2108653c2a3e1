import type { EarlyAnswer } from '../../shared/safety/approval';
import { isSamePerson } from '../../shared/safety/people';

const MAX_EARLY = 20;

/** Answers that were given on purpose before their question was asked. Bounded: of too many the oldest yes goes first. */
export class EarlyAnswers {
  /** @param answers kept by whoever carries them on */
  constructor(private readonly answers: EarlyAnswer[]) {}

  /** What a person said last counts. */
  keep(answer: EarlyAnswer): void {
    const others = this.answers.filter(({ hash, as }) => hash !== answer.hash || !isSamePerson(as, answer.as));
    const all = [...others, answer];
    if (all.length > MAX_EARLY) all.splice(leastWanted(all), 1);
    this.keepOnly(all);
  }

  /** The answer to this question by somebody who may give it, a no before a yes. It counts for one asking only. */
  take(hash: string, may: (as: string) => boolean): EarlyAnswer | undefined {
    const valid = this.answers.filter((one) => one.hash === hash && may(one.as));
    this.keepOnly(this.answers.filter((one) => one.hash !== hash));
    return valid.find(({ verdict }) => verdict === 'rejected') ?? valid[0];
  }

  private keepOnly(answers: EarlyAnswer[]): void {
    this.answers.splice(0, this.answers.length, ...answers);
  }
}

/** A no that is forgotten would let somebody's yes count. */
function leastWanted(answers: EarlyAnswer[]): number {
  return Math.max(
    0,
    answers.findIndex(({ verdict }) => verdict === 'approved'),
  );
}
