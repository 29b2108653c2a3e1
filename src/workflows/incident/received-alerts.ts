import { alertContext } from '../../shared/alert-context';
import type { Alert } from '../../shared/alert';
import type { IncidentView } from '../../shared/incident';
import { AlertNotes } from './alert-notes';
import { clip } from './record/clip';
import { MAX_FINGERPRINTS, keepWithinBounds, takeIn } from './episodes';
import type { Timeline } from './record/timeline';

/**
 * What the alerts of an incident say, in any order: resolved may come before firing, and each may come many times. Plain
 * state without Temporal calls.
 */
export class ReceivedAlerts {
  /** Firing alerts that were news: a new episode, or the first. */
  firings = 0;
  private readonly notes = new AlertNotes();
  private areLeftOut = false;

  constructor(
    private readonly view: IncidentView,
    private readonly timeline: Timeline,
    /** ISO 8601. */
    private readonly now: () => string,
  ) {}

  get hasAny(): boolean {
    return this.view.alerts.length > 0;
  }

  /** The newest episode of every fingerprint is resolved, says Alertmanager. */
  get areResolved(): boolean {
    return this.hasAny && this.view.alerts.every((alert) => alert.status === 'resolved');
  }

  receive(alert: Alert): void {
    const { view } = this;
    const isFirst = !this.hasAny;
    const meaning = takeIn(view.alerts, alert);
    view.received += 1;
    if (meaning === 'nothing') return;
    if (isFirst) this.takeFirst(alert);
    if (alert.startsAt < view.startsAt) view.startsAt = alert.startsAt;
    if (meaning === 'news') this.takeNews(alert);
    // Nothing is told before the severity is known: it decides who is called.
    if (alert.truncated > view.truncatedAlerts) {
      view.truncatedAlerts = alert.truncated;
      this.timeline.note('', `Alertmanager left ${alert.truncated} alerts of this group out of its message`, '');
    }
    if (meaning === 'older') return;
    if (keepWithinBounds(view.alerts)) this.tellLeftOut();
    this.timeline.show(this.notes.note(alert, this.now()));
  }

  private takeFirst(alert: Alert): void {
    const { view } = this;
    view.startsAt = alert.startsAt;
    view.receivedAt = view.measures.receivedAt = alert.receivedAt;
    view.summary = clip(alert.annotations['summary'] ?? alert.alertname);
    const runbookUrl = alert.annotations['runbook_url'];
    if (runbookUrl !== undefined && isWebAddress(runbookUrl)) view.runbookUrl = runbookUrl;
  }

  private takeNews(alert: Alert): void {
    const { labels, status, annotations, generatorURL } = alert;
    const { view } = this;
    if (labels['severity'] !== undefined) view.severity = labels['severity'];
    if (status !== 'firing') return;
    this.firings += 1;
    Object.assign(view, alertContext(alert));
    const description = annotations['description'];
    if (description !== undefined) view.description = clip(description);
    if (generatorURL !== undefined && isWebAddress(generatorURL)) view.generatorUrl = generatorURL;
  }

  private tellLeftOut(): void {
    if (this.areLeftOut) return;
    this.areLeftOut = true;
    const which = 'the oldest are no longer followed one by one, resolved ones first';
    this.timeline.note('', `Alerts of more than ${MAX_FINGERPRINTS} kinds (fingerprints): ${which}`, '');
  }
}

/** Annotations and links are whatever somebody wrote. */
function isWebAddress(url: string): boolean {
  return /^https?:\/\/[^\s()<>"|]{1,500}$/.test(url);
}
