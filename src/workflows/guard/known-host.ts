import type { HostLedger, KeptPauses, Pause, ResumeRequest } from '../../shared/safety/guard';
import { isSamePerson } from '../../shared/safety/people';
import { iso } from '../support/time';
import type { GuardState } from './guard-state';

/** An agent that is there answers within this; whoever wants the turn meanwhile waits. */
const ANSWERS_WITHIN_MS = 5_000;
const ASK_AGAIN_MS = 60_000;
const MAX_EARLY = 20;

/** What a guard knows of its host's own ledger. Plain: it is carried from run to run. Times are epoch milliseconds. */
export interface KnownHostState {
  /** Heard since this guard began, or since an agent refused a token as too old. */
  isKnown: boolean;
  /** Turns are given though it is not known: its agent says nothing, and refuses by itself what is too old. */
  isSilent: boolean;
  /** Since when it is to be asked, and from when on again after it could not say. */
  wantedSince: number;
  askAgainAt: number;
  /** Of the list of pauses, as it is here and as the host is known to have it. */
  revision: number;
  keptRevision: number;
  /** When the last pause ends that the host may have. */
  keptUntil: number;
  /** Pauses that people ended, and that the host may have still. */
  ended: EarlyEnd[];
}

type EarlyEnd = Pick<ResumeRequest, 'by' | 'all'> & { at: string };

export function unknownHost(now: number): KnownHostState {
  return {
    isKnown: false,
    isSilent: false,
    wantedSince: now,
    askAgainAt: now,
    revision: 0,
    keptRevision: 0,
    keptUntil: 0,
    ended: [],
  };
}

/** What the host's own ledger says, as far as its guard knows, and what is to be told to it. */
export class KnownHost {
  constructor(readonly state: KnownHostState) {}

  /** Whether a token may be given: it is newer than what the host saw, or the host itself will say when it is not. */
  get mayGrant(): boolean {
    return this.state.isKnown || this.state.isSilent;
  }

  isToBeAsked(now: number): boolean {
    return !this.state.isKnown && this.state.askAgainAt <= now;
  }

  /** The host saw a newer token than this guard gave. */
  forget(now: number): void {
    if (!this.state.isKnown) return;
    Object.assign(this.state, { isKnown: false, isSilent: false, wantedSince: now, askAgainAt: now });
  }

  /** It could not say: its agent is too old, or cannot read its own records. */
  askLater(now: number): void {
    this.state.askAgainAt = now + ASK_AGAIN_MS;
    this.state.isSilent = true;
  }

  /** It may have said nothing for so long that turns are given without it. */
  tick(now: number): void {
    const { state } = this;
    if (!state.isKnown && now >= state.wantedSince + ANSWERS_WITHIN_MS) state.isSilent = true;
  }

  /** Takes what the host says; returns the pauses that hold, those of `own` included. */
  heard({ kept }: HostLedger, own: Pause[]): Pause[] {
    const { state } = this;
    const isEnded = (pause: Pause) =>
      state.ended.some(({ by, all, at }) => pause.since <= at && (all === true || isSamePerson(by, pause.by)));
    const theirs = kept.pauses.filter((pause) => !isEnded(pause));
    // Somebody who paused again since means the new one.
    const more = theirs.filter(({ by }) => !own.some((one) => isSamePerson(one.by, by)));
    const pauses = [...more, ...own];
    const isNews = state.revision > state.keptRevision || own.length > 0 || theirs.length < kept.pauses.length;
    state.isKnown = true;
    this.mayBeKept(kept.pauses);
    state.keptRevision = kept.revision;
    state.revision = isNews ? Math.max(state.revision, kept.revision) + 1 : kept.revision;
    this.forgetEnds();
    return pauses;
  }

  /** People changed the list: the host is to have it. */
  changed(pauses: Pause[]): void {
    this.state.revision += 1;
    this.mayBeKept(pauses);
  }

  /** People ended some: the host may have more of these, and has these until it is told. */
  resumed({ by, all }: ResumeRequest, now: number): void {
    const end = { by, ...(all === undefined ? {} : { all }), at: iso(now) };
    this.state.ended = [...this.state.ended, end].slice(-MAX_EARLY);
  }

  /** The host has it, or can never have it. */
  kept({ revision }: KeptPauses): void {
    const { state } = this;
    state.keptRevision = Math.max(state.keptRevision, revision);
    this.forgetEnds();
  }

  /** The host has another list, of which something still holds. */
  isBehind(now: number): boolean {
    const { revision, keptRevision, keptUntil } = this.state;
    return keptRevision < revision && now < keptUntil;
  }

  /** When there is something to do. */
  moments(now: number): number[] {
    const { isKnown, wantedSince, askAgainAt, keptUntil } = this.state;
    const silent = this.mayGrant ? [] : [wantedSince + ANSWERS_WITHIN_MS];
    const again = !isKnown && askAgainAt > now ? [askAgainAt] : [];
    return [...silent, ...again, ...(this.isBehind(now) ? [keptUntil] : [])];
  }

  /** Once it is known what the host has, and that is what it should have. */
  private forgetEnds(): void {
    const { state } = this;
    if (state.isKnown && state.keptRevision >= state.revision) state.ended = [];
  }

  private mayBeKept(pauses: Pause[]): void {
    const { state } = this;
    state.keptUntil = Math.max(state.keptUntil, ...pauses.map(({ until }) => Date.parse(until)));
  }
}

/** The host refuses the token of this holder: it saw a newer one, or the same of somebody else. */
export function isRefused(
  { token, request, isStale = false }: NonNullable<GuardState['holder']>,
  { newest }: Pick<HostLedger, 'newest'>,
): boolean {
  return isStale || token < newest.token || (token === newest.token && request.incidentId !== newest.holder);
}
