import { ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { TurnAnswer, TurnMessage, TurnRelease, TurnRequest } from '../../shared/safety/guard';
import type { ServiceName } from '../../shared/observations/service';
import type { ChangePermit } from '../../shared/safety/permit';
import type { ChangeIntent } from '../safety/gate';
import type { GuardClient } from './guard-client';

type Granted = Extract<TurnAnswer, { kind: 'granted' }>;
type Refused = Extract<TurnAnswer, { kind: 'refused' }>;

export interface TurnOptions {
  /** Whose turn it is, in the words of its timeline. */
  who: 'incident' | 'lease' | 'maintenance';
  host: string;
  guard: GuardClient;
  /** As the incident stands when it asks. */
  request: () => TurnRequest;
  /** For the timeline. */
  note: (title: string, detail?: string) => void;
  /** Epoch milliseconds of the workflow. */
  now: () => number;
}

/** A guard that says nothing may be gone: it is asked again, which changes nothing where it is not. */
const ASK_AGAIN_MS = { unanswered: 30_000, heard: 1_200_000 };
/** The guard asks the host first. */
const RENEWED_WITHIN_MS = 30_000;

/**
 * The side of the turn of an incident, of a lease, or of maintenance: asks for it, hears the guard, and gives each change what the agent
 * wants to see. Asking never holds up a diagnosis; only `ready` and `whenResumed` wait.
 */
export class Turn {
  private readonly run: Pick<TurnRequest, 'incidentId' | 'runId'>;
  private granted: Granted | null = null;
  private refused: Refused | null = null;
  private queued = false;
  private pause: { by: string; reason: string; until: string } | null = null;
  private wanted = false;
  /** Who waits for this turn, and goes before it; null for nobody. */
  wantedBy: string | null = null;
  private askedAt = 0;
  private readonly left: Partial<Record<ServiceName, number>> = {};
  private hasNoted = false;
  /** The agent refused it, and this token is no turn any more. */
  private staleToken = 0;
  /** Milliseconds between the first request and the grant: what was diagnosed before is that old. */
  waited = 0;

  constructor(private readonly options: TurnOptions) {
    const { incidentId, runId } = options.request();
    this.run = { incidentId, runId };
  }

  /** Nothing new begins: this incident was told of a pause, or refused because of one. */
  get isPaused(): boolean {
    return this.pause !== null || this.refused?.reason === 'paused';
  }

  /** Asked for, and not given back. */
  get isWanted(): boolean {
    return this.wanted;
  }

  get isGranted(): boolean {
    return this.granted !== null;
  }

  /** Why there will be no turn; null while there may be. */
  get refusal(): Refused | null {
    return this.refused;
  }

  /** Asks, and does not wait for the answer. A guard that cannot be reached is asked again by `ready`. */
  request(): void {
    if (!this.wanted) this.askedAt = this.options.now();
    this.wanted = true;
    this.ask();
  }

  /** Handler of the signal `turn`. */
  receive({ to, ...answer }: TurnMessage): void {
    if (to !== undefined && to !== this.run.runId) return;
    switch (answer.kind) {
      case 'granted':
        return this.take(answer);
      case 'queued':
        return this.queue(answer);
      case 'refused':
        return this.takeRefusal(answer);
      case 'paused':
        return this.takePause(answer);
      case 'wanted':
        return void (this.wantedBy = answer.by);
      case 'resumed':
        if (this.isPaused) this.options.note(`Changes may go on: ${answer.by}`);
        this.pause = null;
        if (this.refused?.reason === 'paused') this.refused = null;
    }
  }

  /** Waits until there is an answer that counts. Undefined when `until` became true first. */
  async ready(until: () => boolean = () => false): Promise<Granted | Refused | undefined> {
    for (let silentMs = ASK_AGAIN_MS.unanswered; ; silentMs = Math.min(2 * silentMs, ASK_AGAIN_MS.heard)) {
      const answer = this.granted ?? this.refused;
      if (answer !== null) return answer;
      if (until()) return undefined;
      const isSo = () => this.granted !== null || this.refused !== null || until();
      const askAgainIn = this.queued ? ASK_AGAIN_MS.heard : silentMs;
      if (!(await this.options.guard.wait(isSo, askAgainIn))) this.request();
    }
  }

  /** Waits until a pause is over, or `until` is true. Whoever was refused because of it asks again with `request`. */
  async whenResumed(until: () => boolean = () => false): Promise<void> {
    while (this.isPaused && !until()) {
      const isOver = () => !this.isPaused || until();
      // A guard that was lost tells nobody of the end.
      if (await this.options.guard.wait(isOver, ASK_AGAIN_MS.heard)) continue;
      if (this.pause === null) this.ask();
      else if (Date.parse(this.pause.until) < this.options.now())
        this.receive({ kind: 'resumed', by: 'the pause has ended' });
    }
  }

  /**
   * What the agent wants to see before this change; also tells the guard of it, in the same workflow task that asks the
   * agent, so that a change is never done and not counted.
   *
   * @throws ApplicationFailure `ChangeRefused` in words, without a turn, in a pause, or where the budget is spent.
   */
  permit(what: string, { restarts, isUndo }: ChangeIntent): ChangePermit {
    const token = this.granted?.token ?? 0;
    if (isUndo === true) return { kind: 'undo', token, holder: this.run.incidentId };
    this.refuseWithoutTurn();
    if (restarts !== undefined) this.spend(restarts);
    if (restarts !== undefined || !this.hasNoted) {
      this.hasNoted = true;
      void this.tell(this.options.guard.note({ ...this.run, token, restart: restarts ?? null, what }));
    }
    return { kind: 'change', token, holder: this.run.incidentId };
  }

  /**
   * The agent refused this permit as too old: the guard may not have known what the host saw. Gives a newer one where it is
   * this one's turn still, else undefined.
   */
  async renewed({ token, holder }: ChangePermit): Promise<ChangePermit | undefined> {
    const { guard, request } = this.options;
    const isNewer = () => (this.granted?.token ?? 0) > token;
    const isAnswered = () => isNewer() || this.granted === null || this.pause !== null;
    if (!isAnswered()) {
      this.staleToken = Math.max(this.staleToken, token);
      void this.tell(guard.request({ ...request(), staleToken: token }));
      await guard.wait(isAnswered, RENEWED_WITHIN_MS);
    }
    return isNewer() && this.pause === null ? { kind: 'change', token: this.granted!.token, holder } : undefined;
  }

  /** Gives the turn back. Also for an incident that never had it. */
  async release({ changed }: Pick<TurnRelease, 'changed'>): Promise<void> {
    this.forgetGrant();
    await this.options.guard.release({ ...this.run, changed });
  }

  /** The same, and does not wait until the guard knows. */
  letGo(release: Pick<TurnRelease, 'changed'>): void {
    void this.tell(this.release(release));
  }

  private take(answer: Granted): void {
    // An answer that was long on its way: nobody else may wait for a turn that is not used.
    if (!this.wanted) return void this.tell(this.options.guard.release({ ...this.run, changed: false }));
    if (this.granted !== null && answer.token <= this.granted.token) return;
    if (this.granted === null) this.waited = this.options.now() - this.askedAt;
    this.granted = answer;
    this.refused = null;
    this.queued = false;
    Object.assign(this.left, answer.restartsLeft);
    this.options.note(`It is this ${this.options.who}'s turn to change ${this.options.host}`);
  }

  private takeRefusal(answer: Refused): void {
    if (this.hasTurn || !this.wanted) return;
    this.granted = null;
    const isNew = this.refused?.detail !== answer.detail;
    this.refused = answer;
    if (isNew) this.options.note('No turn to change this host', `${answer.reason}: ${answer.detail}`);
  }

  private takePause({ by, reason, until }: Extract<TurnAnswer, { kind: 'paused' }>): void {
    const isNew = this.pause?.until !== until;
    this.pause = { by, reason, until };
    if (isNew) this.options.note(`Changes paused by ${by} until ${until}`, reason);
  }

  private queue({ holder, position }: Extract<TurnAnswer, { kind: 'queued' }>): void {
    if (this.hasTurn || !this.wanted) return;
    this.granted = null;
    this.refused = null;
    const isNew = !this.queued;
    this.queued = true;
    if (isNew) this.options.note(`Waits for its turn: ${holder} changes ${this.options.host}`, `place ${position}`);
  }

  /** As far as the host did not say otherwise. */
  private get hasTurn(): boolean {
    return this.granted !== null && this.granted.token > this.staleToken;
  }

  private refuseWithoutTurn(): void {
    const { host, who } = this.options;
    if (this.pause !== null) throw refuse(`changes on ${host} are paused by ${this.pause.by}: ${this.pause.reason}`);
    if (this.refused !== null) throw refuse(this.refused.detail);
    if (this.granted === null) throw refuse(`it is not this ${who}'s turn to change ${host}`);
  }

  private spend(service: ServiceName): void {
    const left = this.left[service];
    if (left === undefined) return;
    if (left <= 0) throw refuse(`${service} was restarted as often as guard.restartsPerHour allows`);
    this.left[service] = left - 1;
  }

  private ask(): void {
    void this.tell(this.options.guard.request(this.options.request()));
  }

  private forgetGrant(): void {
    this.wanted = false;
    this.wantedBy = null;
    this.granted = null;
    this.refused = null;
    this.queued = false;
  }

  /** Nothing of this may end an incident; a guard that did not hear is asked again. */
  private async tell(message: Promise<void>): Promise<void> {
    try {
      await message;
    } catch (err) {
      if (!isCancellation(err)) this.options.note('The guard could not be told', String(err));
    }
  }
}

function refuse(why: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(why, 'ChangeRefused');
}
