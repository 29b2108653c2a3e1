import type { Alert } from '../../shared/alert';
import type {
  EntryStatus,
  Finding,
  IncidentInput,
  IncidentState,
  IncidentView,
  Outcome,
  TimelineEntry,
} from '../../shared/incident';

const MAX_ENTRIES = 200;
const MAX_EPISODES = 200;
const MAX_TEXT = 1_500;

/**
 * Everything an incident knows, and how alerts change it. Plain state without Temporal calls, so that it can be tested
 * by itself; `onChange` tells the workflow to show it.
 */
export class Incident {
  readonly view: IncidentView;
  /** Alerts received again with nothing new in them. */
  duplicates = 0;
  /** Whether Halcyon changed anything on the host, as far as it knows. */
  changed = false;

  constructor(
    readonly input: IncidentInput,
    private readonly now: () => string,
    private readonly onChange: () => void,
  ) {
    const startedAt = now();
    this.view = {
      runbook: input.runbook,
      alertname: input.alertname,
      host: input.host,
      state: 'diagnosing',
      outcome: null,
      severity: 'unknown',
      startsAt: startedAt,
      receivedAt: startedAt,
      alerts: [],
      truncatedAlerts: 0,
      findings: [],
      timeline: [],
      timelineDropped: 0,
      measures: { receivedAt: startedAt, firstActionAt: null, healthyAt: null, closedAt: null },
      tier: 0,
      acknowledged: null,
      approvals: [],
    };
  }

  /** Takes an alert in, in any order: resolved may come before firing, and each may come many times. */
  receive(alert: Alert): void {
    const { view } = this;
    const known = view.alerts.find((a) => a.fingerprint === alert.fingerprint && a.startsAt === alert.startsAt);
    if (known !== undefined && (known.status === alert.status || known.status === 'resolved')) {
      this.duplicates += 1;
      return;
    }
    if (alert.truncated > view.truncatedAlerts) {
      view.truncatedAlerts = alert.truncated;
      this.note('', `Alertmanager left ${alert.truncated} alerts of this group out of its message`);
    }
    if (view.alerts.length === 0) {
      view.startsAt = alert.startsAt;
      view.receivedAt = view.measures.receivedAt = alert.receivedAt;
    }
    if (alert.startsAt < view.startsAt) view.startsAt = alert.startsAt;
    if (alert.labels['severity'] !== undefined) view.severity = alert.labels['severity'];

    if (known !== undefined) known.status = alert.status;
    else view.alerts.push({ fingerprint: alert.fingerprint, startsAt: alert.startsAt, status: alert.status });
    if (view.alerts.length > MAX_EPISODES) view.alerts.shift();
    const what = alert.annotations['summary'] ?? alert.alertname;
    this.note('', alert.status === 'firing' ? `Alert fires: ${what}` : `Alertmanager says resolved: ${what}`);
  }

  get hasAlert(): boolean {
    return this.view.alerts.length > 0;
  }

  /** Every episode known to this incident is resolved, says Alertmanager. */
  get isResolved(): boolean {
    return this.hasAlert && this.view.alerts.every((alert) => alert.status === 'resolved');
  }

  /** Whether an alert fires that began after `time`, and so is not explained by what was verified then. */
  hasFiringSince(time: string): boolean {
    return this.view.alerts.some((alert) => alert.status === 'firing' && alert.startsAt > time);
  }

  setState(state: IncidentState): void {
    this.view.state = state;
    this.onChange();
  }

  /** Opens a timeline entry; the returned function closes it. */
  begin(cite: string, title: string): (status: EntryStatus, detail: string) => void {
    const entry: TimelineEntry = { at: this.now(), cite, title, status: 'running', detail: '' };
    this.append(entry);
    return (status, detail) => {
      entry.status = status;
      entry.detail = clip(detail);
      entry.endedAt = this.now();
      this.onChange();
    };
  }

  note(cite: string, title: string, detail = ''): void {
    this.append({ at: this.now(), cite, title: clip(title), status: 'note', detail: clip(detail) });
  }

  /** Records a finding once per name and detail. */
  find(name: string, cite: string, detail: string): void {
    const finding: Finding = { name, cite, detail: clip(detail), at: this.now() };
    const known = this.view.findings.some((f) => f.name === name && f.detail === finding.detail);
    if (known || this.view.findings.length >= 50) return;
    this.view.findings.push(finding);
    this.onChange();
  }

  hasFinding(name: string): boolean {
    return this.view.findings.some((finding) => finding.name === name);
  }

  close(outcome: Outcome): void {
    this.view.outcome = outcome;
    this.view.state = 'closed';
    this.view.measures.closedAt = this.now();
    this.onChange();
  }

  /** What later alerts are compared with: each fingerprint's newest episode, of this incident and those before it. */
  closedEpisodes(): Record<string, string> {
    const newest: Record<string, string> = { ...this.input.closedEpisodes };
    for (const { fingerprint, startsAt } of this.view.alerts) {
      const known = newest[fingerprint];
      if (known === undefined || known < startsAt) newest[fingerprint] = startsAt;
    }
    const byAge = Object.entries(newest).sort(([, a], [, b]) => (a < b ? 1 : -1));
    return Object.fromEntries(byAge.slice(0, MAX_EPISODES));
  }

  private append(entry: TimelineEntry): void {
    this.view.timeline.push(entry);
    if (this.view.timeline.length > MAX_ENTRIES) {
      this.view.timeline.shift();
      this.view.timelineDropped += 1;
    }
    this.onChange();
  }
}

function clip(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)} … (${text.length - MAX_TEXT} characters more)`;
}
