import type { Alert } from '../../shared/alert';
import type { ClosedEpisodes } from '../../shared/episode';
import type {
  EntryKind,
  EntryStatus,
  Finding,
  IncidentInput,
  IncidentState,
  IncidentStory,
  IncidentView,
  Outcome,
  TimelineEntry,
} from '../../shared/incident';
import { AlertNotes } from './alert-notes';
import { MAX_FINGERPRINTS, keepWithinBounds, newestEpisodes, takeIn } from './episodes';

const MAX_ENTRIES = 200;
const MAX_FINDINGS = 50;
const MAX_LABELS = 32;
const MAX_TEXT = 1_500;

/**
 * Everything an incident knows, and how alerts change it. Plain state without Temporal calls, so that it can be tested
 * by itself; `onChange` tells the workflow to show it.
 */
export class Incident {
  readonly view: IncidentView;
  /** Alerts received again with nothing new in them. */
  duplicates = 0;
  readonly story: IncidentStory;
  private otherStanding: string | null = null;
  /** Firing alerts that were news: a new episode, or the first. */
  firings = 0;
  /** The person who closed it; null while nobody did. */
  closedBy: { as: string; reason: string } | null = null;
  private readonly alertNotes = new AlertNotes();
  private alertsLeftOut = false;

  constructor(
    readonly input: IncidentInput,
    private readonly now: () => string,
    private readonly onChange: () => void,
  ) {
    const startedAt = now();
    this.story = input.carried?.story ?? newStory();
    this.view = input.carried?.view ?? {
      runbook: input.runbook,
      alertname: input.alertname,
      host: input.host,
      mode: input.safety?.mode ?? 'auto',
      ...(input.startedBy === undefined ? {} : { startedBy: input.startedBy }),
      state: 'diagnosing',
      outcome: null,
      severity: 'unknown',
      startsAt: startedAt,
      receivedAt: startedAt,
      labels: {},
      cause: null,
      alerts: [],
      received: 0,
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
    const isFirst = !this.hasAlert;
    const meaning = takeIn(view.alerts, alert);
    view.received += 1;
    for (const { name, detail } of alert.findings ?? []) this.addFinding(name, '', detail);
    if (meaning === 'nothing') {
      this.duplicates += 1;
      return;
    }
    if (isFirst) {
      view.startsAt = alert.startsAt;
      view.receivedAt = view.measures.receivedAt = alert.receivedAt;
      view.summary = clip(alert.annotations['summary'] ?? alert.alertname);
      const runbookUrl = alert.annotations['runbook_url'];
      if (runbookUrl !== undefined && isWebAddress(runbookUrl)) view.runbookUrl = runbookUrl;
    }
    if (alert.startsAt < view.startsAt) view.startsAt = alert.startsAt;
    if (meaning === 'news' && alert.labels['severity'] !== undefined) view.severity = alert.labels['severity'];
    if (meaning === 'news' && alert.status === 'firing') {
      this.firings += 1;
      this.describe(alert);
    }
    // Nothing is told before the severity is known: it decides who is called.
    if (alert.truncated > view.truncatedAlerts) {
      view.truncatedAlerts = alert.truncated;
      this.note('', `Alertmanager left ${alert.truncated} alerts of this group out of its message`);
    }
    if (meaning === 'older') return;
    if (keepWithinBounds(view.alerts)) this.tellLeftOut();
    this.noteAlert(alert);
  }

  get hasAlert(): boolean {
    return this.view.alerts.length > 0;
  }

  /** The newest episode of every fingerprint is resolved, says Alertmanager. */
  get isResolved(): boolean {
    return this.hasAlert && this.view.alerts.every((alert) => alert.status === 'resolved');
  }

  /** Whether Halcyon changed anything on the host, as far as it knows. */
  get changed(): boolean {
    return this.story.changes > 0;
  }

  /** The host is well, and has been for so long. `by`: who or what mended it, where it was not well before. */
  noteWell(heldMs: number, by: Exclude<Outcome, 'unresolved' | 'planned'>): void {
    if (this.story.wellSince === null) {
      this.story.wellSince = Date.parse(this.now()) - heldMs;
      this.view.measures.healthyAt = new Date(this.story.wellSince).toISOString();
    }
    this.story.mended ??= by;
    this.onChange();
  }

  /** The host is not well, whatever was so before. */
  noteNotWell(): void {
    Object.assign(this.story, { wasNotWell: true, wellSince: null, mended: null, changesBefore: this.story.changes });
    this.view.measures.healthyAt = null;
    this.onChange();
  }

  /** Seen while people were asked: the question was about a host that stood otherwise. */
  noteOtherStanding(standing: string): void {
    this.otherStanding = standing;
    this.note('', 'The host stands otherwise than when it was asked', standing);
  }

  /** Whether it stands otherwise than diagnosed; asked once. */
  takeOtherStanding(): boolean {
    const isOther = this.otherStanding !== null;
    this.otherStanding = null;
    return isOther;
  }

  /** Halcyon changed something since the host was last seen not to be well: what is verified now follows that. */
  get isRemedied(): boolean {
    return this.story.changes > this.story.changesBefore;
  }

  /** It fires anew after everyone heard that it is over. */
  reopen(): void {
    this.closedBy = null;
    this.story.phase = 'round';
  }

  /** Somebody was paged, took it, answered something or closed it. */
  get hadPeople(): boolean {
    const { tier, acknowledged, approvals } = this.view;
    return (
      tier > 0 || acknowledged !== null || this.isClosedByPerson || approvals.some((one) => one.answeredBy !== null)
    );
  }

  /** A person says that it is over: nothing new is begun, and it ends with what is so. */
  closeBy(person: { as: string; reason: string }): void {
    this.closedBy = person;
    this.note('', `${person.as} closes this incident`, person.reason);
  }

  get isClosedByPerson(): boolean {
    return this.closedBy !== null;
  }

  setState(state: IncidentState): void {
    this.view.state = state;
    this.onChange();
  }

  /** Opens a timeline entry; the returned function closes it. */
  begin(cite: string, title: string, kind: EntryKind = 'look'): (status: EntryStatus, detail: string) => void {
    const entry: TimelineEntry = { at: this.now(), cite, title, kind, status: 'running', detail: '' };
    this.append(entry);
    return (status, detail) => {
      entry.status = status;
      entry.detail = clip(detail);
      entry.endedAt = this.now();
      this.onChange();
    };
  }

  note(cite: string, title: string, detail = ''): void {
    this.append({ at: this.now(), cite, title: clip(title), kind: 'note', status: 'note', detail: clip(detail) });
  }

  /** Records a finding once per name and detail. One that was withdrawn holds again. */
  addFinding(name: string, cite: string, detail: string): void {
    const finding: Finding = { name, cite, detail: clip(detail), at: this.now() };
    const known = this.view.findings.find((f) => f.name === name && f.detail === finding.detail);
    if (known === undefined) {
      if (this.view.findings.length >= MAX_FINDINGS) return;
      this.view.findings.push(finding);
    } else if (known.withdrawnAt === undefined) return;
    else delete known.withdrawnAt;
    this.onChange();
  }

  /** What was found and is seen to be so no longer. */
  withdraw(isOver: (finding: Finding) => boolean): void {
    const over = this.view.findings.filter((finding) => finding.withdrawnAt === undefined && isOver(finding));
    for (const finding of over) finding.withdrawnAt = this.now();
    if (over.length > 0) this.onChange();
  }

  /** Whether it holds: found, and not withdrawn. */
  hasFinding(name: string): boolean {
    return this.view.findings.some((finding) => finding.name === name && finding.withdrawnAt === undefined);
  }

  close(outcome: Outcome): void {
    this.view.outcome = outcome;
    this.view.state = 'closed';
    this.view.measures.closedAt = this.now();
    this.onChange();
  }

  /** What later alerts are compared with: each fingerprint's newest episode, of this incident and those before it. */
  closedEpisodes(): ClosedEpisodes {
    return newestEpisodes(this.input.closedEpisodes, this.view.alerts, this.now());
  }

  private describe(alert: Alert): void {
    const { view } = this;
    view.labels = Object.fromEntries(Object.entries(alert.labels).slice(0, MAX_LABELS));
    const description = alert.annotations['description'];
    if (description !== undefined) view.description = clip(description);
    if (alert.generatorURL !== undefined && isWebAddress(alert.generatorURL)) view.generatorUrl = alert.generatorURL;
  }

  private tellLeftOut(): void {
    if (this.alertsLeftOut) return;
    this.alertsLeftOut = true;
    const which = 'the oldest are no longer followed one by one, resolved ones first';
    this.note('', `Alerts of more than ${MAX_FINGERPRINTS} kinds (fingerprints): ${which}`);
  }

  private noteAlert(alert: Alert): void {
    const entry = this.alertNotes.note(alert, this.now());
    entry.title = clip(entry.title);
    entry.detail = clip(entry.detail);
    if (this.view.timeline.includes(entry)) this.onChange();
    else this.append(entry);
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

function newStory(): IncidentStory {
  return {
    phase: 'round',
    rounds: [],
    changes: 0,
    changesBefore: 0,
    wasNotWell: false,
    wellSince: null,
    mended: null,
    isContradictionTold: false,
    isEscalated: false,
  };
}

/** Annotations and links are whatever somebody wrote. */
function isWebAddress(url: string): boolean {
  return /^https?:\/\/[^\s()<>"|]{1,500}$/.test(url);
}

function clip(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)} … (${text.length - MAX_TEXT} characters more)`;
}
