import type { ChecklistItem } from '../../shared/follow-up';
import type { Reminded } from '../../shared/post-incident/checklist';
import { isOpen } from './items';

/** Whoever did not hear this often does not hear at all; the list stays open, and commands show it. */
const MOST = 12;

/** When people are reminded of what is overdue: at the due moment of an item, then of all at once. Plain state. */
export class Reminders {
  constructor(
    readonly reminded: Reminded,
    private readonly everyMs: number,
  ) {}

  /** Epoch milliseconds; null where there is nothing to remind of, or it was done often enough. */
  nextAt(items: readonly ChecklistItem[]): number | null {
    const due = items
      .filter(isOpen)
      .flatMap(({ key, dueAt }) => (dueAt === null ? [] : [{ key, at: Date.parse(dueAt) }]));
    if (due.length === 0 || this.reminded.sent >= MOST) return null;
    const { keys, lastAt } = this.reminded;
    const first = due.filter(({ key }) => !keys.includes(key)).map(({ at }) => at);
    const again =
      lastAt !== null && due.some(({ key }) => keys.includes(key)) ? [Date.parse(lastAt) + this.everyMs] : [];
    return Math.min(...first, ...again);
  }

  /** All that is overdue is said in one message. Whether it is the last one. */
  sent(overdue: readonly ChecklistItem[], at: string): void {
    const keys = new Set([...this.reminded.keys, ...overdue.map(({ key }) => key)]);
    Object.assign(this.reminded, { keys: [...keys], lastAt: at, sent: this.reminded.sent + 1 } satisfies Reminded);
  }

  get isLast(): boolean {
    return this.reminded.sent >= MOST - 1;
  }

  /** Somebody else has it; `isDueAnew`: until another time. */
  assigned(key: string, isDueAnew: boolean): void {
    if (isDueAnew) this.reminded.keys = this.reminded.keys.filter((one) => one !== key);
    this.reminded.sent = 0;
  }
}

export function overdueOf(items: readonly ChecklistItem[], now: number): ChecklistItem[] {
  return items.filter((item) => isOpen(item) && item.dueAt !== null && Date.parse(item.dueAt) <= now);
}
