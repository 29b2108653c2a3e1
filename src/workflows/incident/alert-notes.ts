import type { Alert } from '../../shared/alert';
import type { NewEntry } from './record/timeline';

/** A timeline tells what was done: more alerts than this are counted in it, and not told one by one. */
const MAX_TOLD = 20;
/** Of the labels that tell alerts apart. */
const MAX_LABELS = 5;
const MAX_VALUE = 80;
/** Names of labels that are compared. */
const MAX_COMPARED = 200;

/** The timeline entries of alerts, told apart by the labels in which they differ. */
export class AlertNotes {
  /** Each label's first value, and whether another one came. */
  private readonly labels = new Map<string, { value: string; differs: boolean }>();
  private readonly told: { alert: Alert; entry: NewEntry }[] = [];
  private readonly counted = { firing: 0, resolved: 0 };
  private counting: NewEntry | undefined;

  /** An entry of its own, or, after some, the one entry that counts the rest: always the same object. */
  note(alert: Alert, at: string): NewEntry {
    const isNew = this.compare(alert.labels);
    if (this.told.length < MAX_TOLD) {
      const entry: NewEntry = { at, cite: '', title: '', kind: 'note', status: 'note', detail: '' };
      this.told.push({ alert, entry });
      // What tells them apart is known only when the second one comes.
      for (const one of isNew ? this.told : [{ alert, entry }]) one.entry.title = this.titleOf(one.alert);
      return entry;
    }
    this.counting ??= { at, cite: '', title: '', kind: 'note', status: 'note', detail: '' };
    this.counted[alert.status] += 1;
    const { firing, resolved } = this.counted;
    const more = firing + resolved;
    this.counting.title = `And ${more} more ${more === 1 ? 'alert' : 'alerts'}: ${firing} firing, ${resolved} resolved`;
    this.counting.detail = `last at ${at}: ${this.titleOf(alert)}`;
    return this.counting;
  }

  /** @returns whether a label differs that did not before */
  private compare(labels: Record<string, string>): boolean {
    const isFirst = this.labels.size === 0;
    let isNew = false;
    for (const name of new Set([...this.labels.keys(), ...Object.keys(labels)])) {
      const value = valueOf(labels, name);
      const known = this.labels.get(name);
      if (known === undefined && this.labels.size === MAX_COMPARED) continue;
      const differs = known === undefined ? !isFirst : known.value !== value;
      isNew ||= differs && known?.differs !== true;
      this.labels.set(name, { value: known?.value ?? value, differs: differs || known?.differs === true });
    }
    return isNew;
  }

  /** `Alert fires: disk is full (mountpoint="/data")` */
  private titleOf({ annotations, alertname, status, labels }: Alert): string {
    const what = annotations['summary'] ?? alertname;
    const apart = [...this.labels].flatMap(([name, { differs }]) => {
      const value = valueOf(labels, name);
      if (!differs || value === '' || what.includes(value)) return [];
      return [`${name}=${JSON.stringify(value.slice(0, MAX_VALUE))}`];
    });
    const which = apart.length === 0 ? '' : ` (${apart.slice(0, MAX_LABELS).join(', ')})`;
    return `${status === 'firing' ? 'Alert fires' : 'Alertmanager says resolved'}: ${what}${which}`;
  }
}

function valueOf(labels: Record<string, string>, name: string): string {
  return Object.hasOwn(labels, name) ? labels[name]! : '';
}
