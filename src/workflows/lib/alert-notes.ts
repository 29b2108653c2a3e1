import type { Alert } from '../../shared/alert';
import type { TimelineEntry } from '../../shared/incident';

/** A timeline tells what was done: more alerts than this are counted in it, and not told one by one. */
const MAX_TOLD = 20;

/** The timeline entries of alerts. */
export class AlertNotes {
  private told = 0;
  private readonly counted = { firing: 0, resolved: 0 };
  private counting: TimelineEntry | undefined;

  /** An entry of its own, or, after some, the one entry that counts the rest: always the same object. */
  note(alert: Alert, at: string): TimelineEntry {
    const what = alert.annotations['summary'] ?? alert.alertname;
    const title = alert.status === 'firing' ? `Alert fires: ${what}` : `Alertmanager says resolved: ${what}`;
    if (this.told < MAX_TOLD) {
      this.told += 1;
      return { at, cite: '', title, kind: 'note', status: 'note', detail: '' };
    }
    this.counting ??= { at, cite: '', title: '', kind: 'note', status: 'note', detail: '' };
    this.counted[alert.status] += 1;
    const { firing, resolved } = this.counted;
    const more = firing + resolved;
    this.counting.title = `And ${more} more ${more === 1 ? 'alert' : 'alerts'}: ${firing} firing, ${resolved} resolved`;
    this.counting.detail = `last at ${at}: ${title}`;
    return this.counting;
  }
}
