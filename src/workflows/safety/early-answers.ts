import { isSamePerson } from '../../shared/safety/people';

const MAX_EARLY = 20;

export type Verdict = 'approved' | 'rejected';

export interface EarlyAnswer {
  hash: string;
  as: string;
  verdict: Verdict;
  note: string;
}

/** Answers that were given on purpose before their question was asked. Bounded: the newest are kept. */
export class EarlyAnswers {
  private answers: EarlyAnswer[] = [];

  /** What a person said last counts. */
  keep(answer: EarlyAnswer): void {
    const others = this.answers.filter(({ hash, as }) => hash !== answer.hash || !isSamePerson(as, answer.as));
    this.answers = [...others, answer].slice(-MAX_EARLY);
  }

  /** The answer to this question by somebody who may give it, a no before a yes. It counts for one asking only. */
  take(hash: string, may: (as: string) => boolean): EarlyAnswer | undefined {
    const valid = this.answers.filter((one) => one.hash === hash && may(one.as));
    this.answers = this.answers.filter((one) => one.hash !== hash);
    return valid.find(({ verdict }) => verdict === 'rejected') ?? valid[0];
  }
}
