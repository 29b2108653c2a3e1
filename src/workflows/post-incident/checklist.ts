import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { PostIncidentActivities } from '../../activities/control/types';
import type { ChecklistItem } from '../../shared/follow-up';
import type {
  CarriedChecklist,
  FollowUpView,
  ItemAssignment,
  ItemEnd,
  ItemSkip,
} from '../../shared/post-incident/checklist';
import type { RunLimit } from '../../shared/run-limit';
import { cut } from '../../shared/text/text';
import {
  assignItemSignal,
  assignItemUpdate,
  checklistQuery,
  finishItemSignal,
  finishItemUpdate,
  followUpQuery,
  skipItemSignal,
  skipItemUpdate,
} from '../messages';
import { Door, whyRefused } from '../messages/door';
import type { Signal, Update } from '../messages/define';
import { reason } from '../runbook/step-failures';
import { isTimeToContinue, listenForMoves } from '../support/continue-when-long';
import { iso, isoNow } from '../support/time';
import { factsOf, renderChecklist } from './details';
import { isOpen, nameOf, openItemOf } from './items';
import { Reminders, overdueOf } from './reminders';

/** A channel that is away for longer than this does not hear of it. */
const TOLD_WITHIN_MS = 1_800_000;
const MAX_NOTES = 50;
const MAX_LINE = 500;
/** A year: what is due later is forgotten all the same. */
const LATEST_DUE_MS = 366 * 86_400_000;

/** What a checklist is about when it begins. Its items come with `fill`. */
export type Follows = Pick<FollowUpView, 'title' | 'summary' | 'host' | 'source' | 'team'>;

/** What is left for people: who has it until when, what became of it, and reminders until nothing is open. */
export class Checklist {
  readonly view: FollowUpView;
  private readonly reminders: Reminders;
  private readonly limits: RunLimit;
  private changes = 0;

  constructor(follows: Follows, limits: { remindEveryMs: number } & RunLimit, carried?: CarriedChecklist) {
    this.view = carried?.view ?? {
      ...follows,
      ...{ openedAt: isoNow(), endedAt: null, items: [], nextReminderAt: null, notes: [], undelivered: [] },
    };
    this.limits = limits;
    this.reminders = new Reminders(carried?.reminders ?? { keys: [], lastAt: null, sent: 0 }, limits.remindEveryMs);
    const door = new Door((what, why) => this.note(`${what}: ${why}`));
    listenForMoves(door);
    door.query(checklistQuery, () => this.view.items);
    door.query(followUpQuery, () => this.view);
    this.listen(
      door,
      [finishItemUpdate, finishItemSignal],
      (end) => this.finish(end),
      (end) => this.checkOpen(end),
    );
    this.listen(
      door,
      [skipItemUpdate, skipItemSignal],
      (skip) => this.skip(skip),
      (skip) => this.checkOpen(skip),
    );
    this.listen(
      door,
      [assignItemUpdate, assignItemSignal],
      (to) => this.assign(to),
      (to) => this.checkAssignment(to),
    );
    this.show();
  }

  get carried(): CarriedChecklist {
    return { view: this.view, reminders: this.reminders.reminded };
  }

  /** What it is about and what there is to do, once that is known. */
  fill(items: ChecklistItem[], more: Partial<Follows> = {}): void {
    Object.assign(this.view, { ...more, items });
    this.changed();
  }

  /** Says that it is there, where anything is left to do. */
  async announce(title: string): Promise<void> {
    const open = this.view.items.filter(isOpen);
    if (open.length > 0) await this.tell('opened', title, open);
  }

  /**
   * Waits until nothing is open, and reminds until then.
   *
   * @returns whether that is so; false where it is time to go on in a new run
   */
  async untilEnded(): Promise<boolean> {
    while (this.view.items.some(isOpen)) {
      if (isTimeToContinue(this.limits)) return false;
      const nextAt = this.reminders.nextAt(this.view.items);
      if (nextAt !== null && nextAt <= Date.now()) {
        await this.remind();
        continue;
      }
      const { changes } = this;
      const isSo = () => this.changes !== changes || isTimeToContinue(this.limits);
      if (nextAt === null) await condition(isSo);
      else await condition(isSo, nextAt - Date.now(), { summary: 'Remind of what is due' });
    }
    await condition(allHandlersFinished);
    this.view.endedAt = isoNow();
    this.show();
    return true;
  }

  note(text: string): void {
    const at = isoNow().slice(0, 19).replace('T', ' ');
    this.view.notes = [...this.view.notes, `${at} ${cut(text, MAX_LINE)}`].slice(-MAX_NOTES);
    this.show();
  }

  private async remind(): Promise<void> {
    const overdue = overdueOf(this.view.items, Date.now());
    const { isLast } = this.reminders;
    const { sent } = this.reminders.reminded;
    this.reminders.sent(overdue, isoNow());
    this.show();
    const what = overdue.length === 1 ? '1 item is overdue' : `${overdue.length} items are overdue`;
    const last = isLast ? ' (the last reminder)' : '';
    await this.tell(`reminder-${isoNow()}-${sent}`, `${this.view.title}: ${what}${last}`, overdue);
  }

  private finish({ item: named, by, note = '' }: ItemEnd): ChecklistItem {
    return this.end(named, { state: 'done', endedBy: by, note });
  }

  private skip({ item: named, by, reason: note }: ItemSkip): ChecklistItem {
    return this.end(named, { state: 'skipped', endedBy: by, note });
  }

  private end(named: string, more: Pick<ChecklistItem, 'state' | 'endedBy' | 'note'>): ChecklistItem {
    const item = openItemOf(this.view.items, named);
    Object.assign(item, { ...more, endedAt: isoNow() });
    this.note(`${nameOf(item)}: ${more.state} by ${more.endedBy}${more.note === '' ? '' : `: ${more.note}`}`);
    this.changed();
    return item;
  }

  private assign({ item: named, to, by, due }: ItemAssignment): ChecklistItem {
    const item = openItemOf(this.view.items, named);
    Object.assign(item, { owner: to, ...(due === undefined ? {} : { dueAt: due }) });
    this.reminders.assigned(item.key, due !== undefined);
    this.note(`${nameOf(item)}: given to ${to} by ${by}${due === undefined ? '' : `, until ${due}`}`);
    this.changed();
    return item;
  }

  private checkOpen({ item }: { item: string }): void {
    openItemOf(this.view.items, item);
  }

  private checkAssignment({ item, due }: ItemAssignment): void {
    this.checkOpen({ item });
    if (due === undefined) return;
    const inMs = Date.parse(due) - Date.now();
    if (inMs > 0 && inMs <= LATEST_DUE_MS) return;
    throw new Error(`due: expected a time within the next year, got "${due}"; it is ${isoNow()}`);
  }

  /** As an update, which answers, and as a signal, which is kept while no controller runs. */
  private listen<T extends { by: string }>(
    door: Door,
    [update, signal]: [Update<ChecklistItem, T>, Signal<T>],
    take: (value: T) => ChecklistItem,
    check: (value: T) => void,
  ): void {
    door.update(update, { check, take });
    door.signal(signal, (value) => {
      const why = whyRefused(() => check(value));
      if (why === undefined) take(value);
      else this.note(`What ${value.by} said was not taken ("${signal.name}"): ${why}`);
    });
  }

  private async tell(what: string, title: string, items: readonly ChecklistItem[]): Promise<void> {
    const { workflowId, firstExecutionRunId: runId } = workflowInfo();
    const { host, team, openedAt: startsAt } = this.view;
    const { tellPeople } = proxyActivities<PostIncidentActivities>({
      startToCloseTimeout: '20s',
      scheduleToCloseTimeout: TOLD_WITHIN_MS,
      retry: { initialInterval: '1s', maximumInterval: '2m' },
      summary: cut(title, 100),
    });
    const facts = factsOf(items, this.view, workflowId);
    try {
      await tellPeople({ workflowId, runId, host, startsAt, title, facts, team, key: `${runId}/${what}` });
    } catch (err) {
      if (isCancellation(err) || !(err instanceof ActivityFailure)) throw err;
      this.view.undelivered = [...this.view.undelivered, cut(`${isoNow()} ${title}: ${reason(err)}`, MAX_LINE)].slice(
        -MAX_NOTES,
      );
      this.show();
    }
  }

  private changed(): void {
    this.changes += 1;
    this.show();
  }

  private show(): void {
    const nextAt = this.reminders.nextAt(this.view.items);
    this.view.nextReminderAt = nextAt === null ? null : iso(nextAt);
    setCurrentDetails(renderChecklist(this.view, workflowInfo().workflowId));
  }
}
