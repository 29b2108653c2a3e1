import type { HostLedger, Pause, ResumeRequest } from '../../shared/safety/guard';
import { isSamePerson } from '../../shared/safety/people';
import { iso } from '../support/time';
import type { GuardState } from './guard-state';
import { KnownHost } from './known-host';
import { Pauses } from './pauses';
import type { TurnAnswers } from './turn-answers';

interface HoldOf {
  state: GuardState;
  answers: TurnAnswers;
  log: (text: string, now: number) => void;
  /** Nobody is passed the turn while there is a pause: those who wait hear so. */
  refuseWaiting: (now: number) => void;
}

/** What holds up changes on a host: people's pauses, here and as the host itself keeps them. */
export class Hold {
  /** What the host's own ledger says. */
  readonly known: KnownHost;
  private readonly pauses: Pauses;

  constructor(private readonly of: HoldOf) {
    this.known = new KnownHost(of.state.host);
    this.pauses = new Pauses(of.state.paused);
  }

  /** Everybody's pauses as one; null while nobody paused the host. */
  get paused(): Pause | null {
    return this.pauses.inForce;
  }

  /** When something ends, or people are to be reminded. */
  get moments(): number[] {
    return this.pauses.moments;
  }

  /** Whether `by` has a pause, or with `all` anybody; or may have one that only the host knows of yet. */
  canResume({ by, all }: ResumeRequest): boolean {
    const { paused, host } = this.of.state;
    return !host.isKnown || paused.pauses.some((pause) => all === true || isSamePerson(pause.by, by));
  }

  /** Somebody's own pause: those of others stay as they are. */
  pause({ by, reason, forMs }: { by: string; reason: string; forMs: number }, now: number): Pause {
    const { state, log } = this.of;
    const pause: Pause = { by, reason, since: iso(now), until: iso(now + forMs) };
    this.pauses.add(pause, state.policy, now);
    this.known.changed(state.paused.pauses);
    log(`${by} paused all changes until ${pause.until}: ${reason}`, now);
    this.tell(now);
    return pause;
  }

  resume(request: ResumeRequest, now: number): void {
    const { by, reason, all } = request;
    const ended = this.pauses.end(all === true ? null : by, this.of.state.policy, now);
    this.known.changed(ended);
    this.known.resumed(request, now);
    this.ended(ended, reason === undefined ? by : `${by}: ${reason}`, now);
  }

  /** Takes the pauses that the host keeps beside those that are known. */
  heard(ledger: HostLedger, now: number): void {
    const { state, log } = this.of;
    const before = state.paused.pauses.length;
    this.pauses.replace(this.known.heard(ledger, state.paused.pauses), state.policy, now);
    const { paused } = this;
    if (paused === null || state.paused.pauses.length === before) return;
    log(`The host keeps changes paused by ${paused.by} until ${paused.until}`, now);
    this.tell(now);
  }

  /** True when it is time to remind of a pause. */
  tick(now: number): boolean {
    const { policy } = this.of.state;
    const isDue = this.pauses.isReminderDue(policy, now);
    this.ended(this.pauses.expire(policy, now), 'the pause has ended', now);
    return isDue && this.paused !== null;
  }

  private tell(now: number): void {
    this.of.answers.paused(this.paused);
    this.of.refuseWaiting(now);
  }

  /** Changes go on when nobody's pause is left; till then those who wait hear what is. */
  private ended(ended: Pause[], by: string, now: number): void {
    if (ended.length === 0) return;
    const { state, answers, log } = this.of;
    state.touchedAt = now;
    const whose = ended.map((pause) => pause.by).join(' and ');
    const { paused } = this;
    if (paused !== null) {
      log(`The pause of ${whose} is over (${by}); paused by ${paused.by} until ${paused.until}`, now);
      return answers.paused(paused);
    }
    log(`Changes may go on (${by})`, now);
    const waiting = state.refused.filter(({ reason }) => reason === 'paused');
    state.refused = state.refused.filter(({ reason }) => reason !== 'paused');
    if (state.holder !== null) answers.resumed(state.holder.request, by);
    for (const run of waiting) answers.resumed(run, by);
  }
}
