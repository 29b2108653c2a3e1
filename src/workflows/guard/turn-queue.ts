import type { ChangeNote, GuardView, HostLedger, Pause, TurnRelease, TurnRequest } from '../../shared/safety/guard';
import { GuardMemory } from './guard-memory';
import { guardView } from './guard-view';
import { Hold } from './hold';
import { isRefused } from './known-host';
import { byUrgency, emptyState, isOfPerson, isSame } from './guard-state';
import type { Addressed, GuardState, IncidentRun, Refusal } from './guard-state';
import { TurnAnswers } from './turn-answers';

/** While somebody waits, and while nobody does. */
const LOOK_AT_HOLDER_MS = { waiting: 15_000, idle: 600_000 };
/** The next who asks finds it still there, and people can look at it. */
const LINGER_MS = 600_000;
const MAX_REFUSED = 200;
const MAX_RECENT = 15;

/**
 * Who may change a host: one at a time, in order, each with a token higher than every one before. Plain state without
 * Temporal calls; what has to be said is in `takeAnswers`.
 */
export class TurnQueue {
  private readonly memory: GuardMemory;
  /** What holds up changes: people's pauses, and what the host itself says. */
  readonly hold: Hold;
  private readonly answers: TurnAnswers;

  constructor(
    private readonly host: string,
    now: number,
    readonly state: GuardState = emptyState(now),
  ) {
    this.memory = new GuardMemory(state.memory);
    this.answers = new TurnAnswers(state, this.memory);
    const log = (text: string, now: number) => this.log(text, now);
    const refuseWaiting = (now: number) =>
      state.queue.splice(0).forEach((one) => this.refuse(one, this.refusal(one, now)!, now));
    this.hold = new Hold({ state, answers: this.answers, log, refuseWaiting });
  }

  /** Asking again changes nothing: a grant keeps its token, a place its age. A newer run takes the older one's place. */
  request(request: TurnRequest, now: number): void {
    this.state.policy = request.policy;
    this.state.touchedAt = now;
    this.dropOtherRuns(request, now);
    const { holder, refused, queue } = this.state;
    if (holder !== null && isSame(holder.request, request)) return this.askedByHolder(request, now);
    const earlier = refused.find((one) => isSame(one, request));
    const refusal = earlier ?? this.refusal(request, now);
    this.state.queue = queue.filter((one) => !isSame(one, request));
    if (earlier !== undefined) this.answers.refused(request, earlier);
    else if (refusal !== null) this.refuse(request, refusal, now);
    else this.state.queue = [...this.state.queue, request].sort(byUrgency);
    this.answers.forgetPlace(request);
    this.goOn(now);
  }

  release({ incidentId, runId, changed }: TurnRelease, now: number): void {
    const { holder } = this.state;
    this.state.touchedAt = now;
    const byPerson = holder !== null && isSame(holder.request, { incidentId, runId }) && isOfPerson(holder.request);
    if (changed && !byPerson) this.memory.noteChanged(incidentId, runId, now);
    this.remove({ incidentId, runId }, 'gave its turn back', now);
  }

  /** The change itself is a fact, whoever's turn it is by now; only a person's does not count. */
  noteChange({ incidentId, runId, restart, what }: ChangeNote, now: number): void {
    const { holder } = this.state;
    this.memory.noteWhat(incidentId, runId, what, now);
    if (holder !== null && isSame(holder.request, { incidentId, runId }) && isOfPerson(holder.request)) return;
    if (restart !== null) this.memory.noteRestart(restart, now);
    this.memory.noteChanged(incidentId, runId, now);
  }

  /** This run is over, and did not say so. */
  gone(run: IncidentRun, now: number): void {
    this.remove(run, 'is over without having said so', now);
  }

  /** This run could not be told something: the holder is looked at soon, anybody else can ask again. */
  unreachable(run: IncidentRun, now: number): void {
    const { holder } = this.state;
    if (holder !== null && isSame(holder.request, run)) holder.seenAt = 0;
    else this.remove(run, 'cannot be told anything', now);
  }

  /** The holder is still at work. */
  seen(run: IncidentRun, now: number): void {
    const { holder } = this.state;
    if (holder !== null && isSame(holder.request, run)) holder.seenAt = now;
  }

  /** Everybody's pauses as one; null while nobody paused the host. */
  get paused(): Pause | null {
    return this.hold.paused;
  }

  /** What the host itself knows: a guard that knew nothing goes on from there. */
  heardHost(ledger: HostLedger, now: number): void {
    const { holder } = this.state;
    this.state.lastToken = Math.max(this.state.lastToken, ledger.newest.token);
    if (holder !== null && isRefused(holder, ledger)) this.grant(holder.request, now);
    this.hold.heard(ledger, now);
    this.goOn(now);
  }

  /** The host cannot say what it knows: its own fence and its own pauses are what is left. */
  hostCannotSay(why: string, now: number): void {
    this.log(`The host could not say what it knows: ${why}`, now);
    this.hold.known.askLater(now);
    this.goOn(now);
  }

  /** Something that people asked for and that could not be: nobody waits for an answer to it. */
  notTaken(what: string, now: number): void {
    this.log(`Not taken: ${what}`, now);
  }

  /** What time itself does: a pause ends. True when it is time to remind of one. */
  tick(now: number): boolean {
    this.memory.forget(now);
    this.hold.known.tick(now);
    this.passOn(now);
    return this.hold.tick(now);
  }

  /** The holder, when it is time to look whether it still lives. */
  holderToLookAt(now: number): IncidentRun | undefined {
    const { holder } = this.state;
    return holder !== null && this.lookAt() <= now ? holder.request : undefined;
  }

  /** When `tick` or `holderToLookAt` have something to do, or there will be nothing left to remember. */
  nextWakeAt(now: number): number {
    const looks = this.state.holder === null ? [] : [this.lookAt()];
    const moments = [...this.hold.moments, ...looks, ...this.hold.known.moments(now)];
    return moments.length > 0 ? Math.min(...moments) : this.forgottenAt();
  }

  /** Nobody has or wants the turn, or did lately; there is no pause, and nothing of the past counts any more. */
  isForgotten(now: number): boolean {
    const { holder, queue } = this.state;
    if (holder !== null || queue.length > 0 || this.paused !== null || this.hold.known.isBehind(now)) return false;
    return this.forgottenAt() <= now;
  }

  get hasAnswers(): boolean {
    return this.state.answers.length > 0;
  }

  takeAnswers(): Addressed[] {
    return this.answers.take();
  }

  view(now: number): GuardView {
    return guardView(this.host, this.state, this.memory, now);
  }

  private dropOtherRuns(request: TurnRequest, now: number): void {
    const isOther = (run: IncidentRun) => run.incidentId === request.incidentId && run.runId !== request.runId;
    const { holder } = this.state;
    this.state.queue = this.state.queue.filter((one) => !isOther(one));
    this.state.refused = this.state.refused.filter((one) => !isOther(one));
    if (holder === null || !isOther(holder.request)) return;
    this.state.holder = null;
    this.log(`${request.incidentId} began anew`, now);
  }

  private remove(run: IncidentRun, why: string, now: number): void {
    const { holder } = this.state;
    this.state.queue = this.state.queue.filter((one) => !isSame(one, run));
    this.state.refused = this.state.refused.filter((one) => !isSame(one, run));
    // It waits for nothing any more.
    this.state.answers = this.state.answers.filter((one) => !isSame(one, run));
    if (holder === null || !isSame(holder.request, run)) return;
    this.state.holder = null;
    this.log(`${run.incidentId} ${why}`, now);
    this.goOn(now);
  }

  private goOn(now: number): void {
    this.passOn(now);
    this.answers.places();
  }

  /** What was true when a run asked may not be so when its turn comes. */
  private passOn(now: number): void {
    while (this.state.holder === null && this.paused === null && this.hold.known.mayGrant) {
      const next = this.state.queue.shift();
      if (next === undefined) return;
      const refusal = this.refusal(next, now);
      if (refusal === null) this.grant(next, now);
      else this.refuse(next, refusal, now);
    }
  }

  private askedByHolder(request: TurnRequest, now: number): void {
    const holder = this.state.holder!;
    if (request.staleToken === undefined || request.staleToken < holder.token)
      return this.answers.granted(this.paused, now);
    holder.isStale = true;
    this.log(`The host saw a newer token than ${holder.token}`, now);
    this.hold.known.forget(now);
  }

  /** Higher than every token before, also than those that the host knows of another guard. */
  private grant(request: TurnRequest, now: number): void {
    const token = this.state.lastToken + 1;
    this.state.lastToken = token;
    this.state.holder = { request, token, since: now, seenAt: now };
    this.log(`${request.incidentId} has the turn, token ${token}`, now);
    this.answers.granted(this.paused, now);
  }

  private refusal(request: TurnRequest, now: number): Refusal | null {
    const { paused } = this;
    if (paused === null) return this.memory.refusal(request, now);
    const detail = `changes on ${this.host} are paused by ${paused.by} until ${paused.until}: ${paused.reason}`;
    return { reason: 'paused', detail };
  }

  private refuse(run: IncidentRun, refusal: Refusal, now: number): void {
    const { incidentId, runId } = run;
    this.state.refused = [...this.state.refused, { incidentId, runId, ...refusal }].slice(-MAX_REFUSED);
    this.log(`${incidentId} was refused: ${refusal.detail}`, now);
    this.answers.refused(run, refusal);
  }

  private forgottenAt(): number {
    return Math.max(this.memory.emptyAt(), this.state.touchedAt + LINGER_MS);
  }

  private lookAt(): number {
    const { holder, queue } = this.state;
    return (holder?.seenAt ?? 0) + (queue.length > 0 ? LOOK_AT_HOLDER_MS.waiting : LOOK_AT_HOLDER_MS.idle);
  }

  private log(text: string, now: number): void {
    this.state.recent = [...this.state.recent, { at: now, text }].slice(-MAX_RECENT);
  }
}
