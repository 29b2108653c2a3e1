import type { Approval } from '../../shared/safety/approval';

const MAX_ASKED = 100;

/** Questions of the incident that people were not told yet. Each is told once, however often it comes. */
export class UnaskedQuestions {
  private readonly open: Approval[] = [];

  /** @param told keys of those that came already, oldest first; plain, so that they can be carried on */
  constructor(readonly told: string[]) {}

  /** False when it came before. */
  take(approval: Approval): boolean {
    const key = questionKey(approval);
    if (this.told.includes(key)) return false;
    this.told.push(key);
    if (this.told.length > MAX_ASKED) this.told.shift();
    this.open.push(approval);
    return true;
  }

  get isEmpty(): boolean {
    return this.open.length === 0;
  }

  next(): Approval | undefined {
    return this.open.shift();
  }
}

export function questionKey({ hash, askedAt }: Approval): string {
  return `asked-${hash}-${askedAt}`;
}
