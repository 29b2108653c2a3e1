import type { Alert } from '../../shared/alert';
import type { SubjectCondition, EntryKind } from '../../shared/timeline';
import type {
  Finding,
  IncidentInput,
  IncidentLease,
  IncidentMeasures,
  IncidentState,
  IncidentStory,
  IncidentView,
  Outcome,
} from '../../shared/incident';
import type { ChangeMade } from '../../shared/safety/guard';
import { Findings } from './record/findings';
import { withLease } from './record/kept-leases';
import { Mended } from './record/mended';
import { keptOfAllFirings, keptPages, withAcknowledged } from './record/kept-pages';
import { newStory, newView } from './record/new-incident';
import { ReceivedAlerts } from './received-alerts';
import { StateScopes } from './record/state-scopes';
import { whyChanged } from './record/why-changed';
import { Timeline } from './record/timeline';
import type { EndEntry } from './record/timeline';

/** What others see of an incident; only the incident itself changes it. */
type SeenView = Readonly<IncidentView> & { readonly measures: Readonly<IncidentMeasures> };

/**
 * Everything an incident knows, and how alerts change it. Plain state without Temporal calls, so that it can be tested
 * by itself; `show` tells the workflow to show it.
 */
export class Incident {
  readonly story: IncidentStory;
  /** The person who closed it; null while nobody did. */
  closedBy: { as: string; reason: string } | null = null;
  private readonly own: IncidentView;
  private readonly timeline: Timeline;
  private readonly findings: Findings;
  private readonly alerts: ReceivedAlerts;
  private readonly states: StateScopes;
  private readonly mended: Mended;
  /** Of the host's agent, beside the finding that it is away: whether a probe waits for it, and how often it came back. */
  readonly agent = { isProbed: false, returns: 0 };
  private otherStanding: string | null = null;
  private readonly onChange = (): void => {
    this.own.changedAt = this.now();
    this.show();
  };

  constructor(
    readonly input: IncidentInput,
    private readonly now: () => string,
    private readonly show: () => void,
  ) {
    this.story = input.carried?.story ?? newStory(now());
    this.own = input.carried?.view ?? newView(input, now());
    this.timeline = new Timeline(this.own, now, this.onChange);
    this.findings = new Findings(this.own.findings, now, this.onChange);
    this.alerts = new ReceivedAlerts(this.own, this.timeline, now);
    this.states = new StateScopes(this.own.state);
    this.mended = new Mended(this.own, this.story);
  }

  get view(): SeenView {
    return this.own;
  }

  /** Takes an alert in, in any order. */
  receive(alert: Alert): void {
    for (const { name, detail } of alert.findings ?? []) this.addFinding(name, '', detail);
    this.alerts.receive(alert);
  }

  get hasAlert(): boolean {
    return this.alerts.hasAny;
  }

  /** Alertmanager says that it is over. */
  get isResolved(): boolean {
    return this.alerts.areResolved;
  }

  /** Firing alerts that were news: a new episode, or the first. */
  get firings(): number {
    return this.alerts.firings;
  }

  /** Whether Halcyon changed anything on the host, as far as it knows. */
  get changed(): boolean {
    return this.story.changes > 0;
  }

  /** Halcyon changed something since the host was last seen not to be well: what is verified now follows that. */
  get isRemedied(): boolean {
    return this.story.changes > this.story.changesBefore;
  }

  /** A step changed something on the host, or may have. */
  noteChange(): void {
    this.story.changes += 1;
  }

  /** When the agent began the first activity on the host, ISO 8601 by its clock; what comes later says nothing new. */
  noteFirstAction(at: string | undefined): void {
    this.own.measures.firstActionAt ??= at ?? null;
  }

  /** The host is well, and has been for so long. `by`: who or what mended it, where it was not well before. */
  noteWell(heldMs: number, by: Exclude<Outcome, 'unresolved' | 'planned'>): void {
    this.mended.well(Date.parse(this.now()) - heldMs, by);
    this.onChange();
  }

  /** Another one's change is what this incident's verification followed. */
  creditTo(change: ChangeMade): void {
    this.mended.byAnother(change);
    this.note('', `${change.incidentId} changed this host`, change.what);
  }

  /** The host is not well, whatever was so before. */
  noteNotWell(): void {
    this.mended.notWell();
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

  /** The cause that the runbook acts on from now on. */
  noteCause(cause: NonNullable<IncidentView['cause']>): void {
    this.own.cause = cause;
  }

  /** @returns whether no tier as high was paged before */
  notePaged(tier: number): boolean {
    if (tier <= this.own.tier) return false;
    this.own.tier = tier;
    this.onChange();
    return true;
  }

  /** Everybody who was paged for a tier of this firing; said again, it replaces what was said of that tier. */
  notePages(tier: number, pages: IncidentStory['pages']): void {
    this.story.pages = keptPages(this.story.pages, tier, pages);
    this.own.pages = keptOfAllFirings(this.own.pages, { tier, firing: this.story.firing }, pages);
  }

  /** Who has it; null when that has lapsed. */
  noteAcknowledged(acknowledged: IncidentView['acknowledged']): void {
    this.own.acknowledged = acknowledged;
    this.own.acknowledgements = withAcknowledged(this.own.acknowledgements, acknowledged, this.now());
    this.onChange();
  }

  /** A question was asked, answered or is over. */
  noteApprovals(): void {
    this.onChange();
  }

  /** It fires anew after everyone heard that it is over. */
  reopen(): void {
    this.closedBy = null;
    this.story.phase = 'round';
    this.story.firing += 1;
  }

  /** A person says that it is over: nothing new is begun, and it ends with what is so. */
  closeBy(person: { as: string; reason: string }): void {
    this.closedBy = person;
    this.note('', `${person.as} closes this incident`, person.reason);
  }

  get isClosedByPerson(): boolean {
    return this.closedBy !== null;
  }

  /** Works in a state of the incident; the highest of those that are open is shown. */
  async during<T>(state: IncidentState, work: () => Promise<T>): Promise<T> {
    const leave = this.enter(state);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** As `during`, for work whose begin and end are apart: the returned function ends it. */
  enter(state: IncidentState): () => void {
    const leave = this.states.enter(state);
    this.showState();
    return () => {
      leave();
      this.showState();
    };
  }

  /** Opens a timeline entry; the returned function closes it. */
  begin(cite: string, title: string, kind: EntryKind = 'look'): EndEntry {
    return this.timeline.begin(cite, title, kind, kind === 'change' ? whyChanged(this.own) : undefined);
  }

  note(cite: string, title: string, detail = '', condition?: SubjectCondition): void {
    this.timeline.note(cite, title, detail, condition);
  }

  /** Records a finding once per name and detail. One that was withdrawn holds again. */
  addFinding(name: string, cite: string, detail: string): void {
    this.findings.add(name, cite, detail);
  }

  /** What was found and is seen to be so no longer. */
  withdraw(isOver: (finding: Finding) => boolean): void {
    this.findings.withdraw(isOver);
  }

  /** Whether it holds: found, and not withdrawn. */
  hasFinding(name: string): boolean {
    return this.findings.holds(name);
  }

  /** In place of an older one of the same setting. */
  keepLease(lease: IncidentLease): void {
    this.own.leases = withLease(this.own.leases, lease);
    this.onChange();
  }

  close(outcome: Outcome): void {
    this.own.outcome = outcome;
    this.own.measures.closedAt = this.now();
    this.enter('closed');
  }

  private showState(): void {
    if (this.own.state === this.states.shown) return;
    this.own.state = this.states.shown;
    this.onChange();
  }
}
