import type { Approval } from '../../shared/safety/approval';
import type { IncidentView } from '../../shared/incident';
import { changesOf } from '../../shared/summary/changes';
import { hasSeen, lastSeen } from '../../shared/summary/condition';
import { shortTitle } from '../../shared/summary/headline';
import { cut } from '../../shared/text/text';

const MAX_WHY = 200;

/**
 * What became of what people approved, as sentences for those who were asked: each once. Plain state without Temporal
 * calls.
 */
export class ApprovedWork {
  private open: Approval[] = [];

  /** @param subject what it is that is verified, in words: `KingFisher` */
  constructor(private readonly subject: string) {}

  approved(approval: Approval): void {
    this.open.push(approval);
  }

  /** A step that was asked for by itself was made, or failed. */
  made(title: string, failure: string | null): string[] {
    const [asked] = this.take(({ subject }) => subject.title === title);
    if (asked === undefined) return [];
    return [`${shortTitle(asked)} ${failure === null ? 'done; being verified' : `FAILED (${cut(failure, MAX_WHY)})`}`];
  }

  /** What was approved as a whole is over when health was verified afterwards. */
  look(view: Pick<IncidentView, 'timeline'>): string[] {
    const verdicts = this.open.map((approval) => ({ approval, text: verdictOn(approval, view, this.subject) }));
    this.take((approval) => verdicts.some((one) => one.approval === approval && one.text !== null));
    return verdicts.flatMap(({ text }) => text ?? []);
  }

  private take(isOver: (approval: Approval) => boolean): Approval[] {
    const over = this.open.filter(isOver);
    this.open = this.open.filter((approval) => !over.includes(approval));
    return over;
  }
}

/** Null while it is at work. */
function verdictOn(approval: Approval, view: Pick<IncidentView, 'timeline'>, subject: string): string | null {
  const since = approval.answeredAt ?? approval.askedAt;
  const what = shortTitle(approval);
  const changes = changesOf(view).filter(({ at }) => at >= since);
  const last = changes.at(-1);
  if (last === undefined) {
    const look = view.timeline.find((entry) => lastSeen(entry) >= since && hasSeen(entry));
    return look?.condition === 'well' ? `${what} not needed: ${subject} is well` : null;
  }
  if (changes.every(({ result }) => result === 'skipped')) return null;
  const verified = changes.findLast((change) => change.verified !== null)?.verified ?? null;
  if (changes.some(({ result }) => result === 'running') || verified === null || verified.at < last.at) return null;
  const failed = changes.filter(({ result }) => result === 'failed').map(({ title, detail }) => `${title}: ${detail}`);
  const troubles = failed.length === 0 ? '' : `; FAILED in it: ${cut(failed.join('; '), MAX_WHY)}`;
  const helped = verified.condition === 'well' ? `done; ${subject} is well` : `done; ${subject} is NOT well`;
  return `${what} ${helped}${troubles}`;
}
