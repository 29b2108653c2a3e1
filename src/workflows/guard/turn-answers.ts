import type { Pause, TurnAnswer } from '../../shared/safety/guard';
import type { GuardMemory } from './guard-memory';
import { isMoreUrgent, isOfPerson } from './guard-state';
import type { Addressed, GuardState, IncidentRun, Refusal } from './guard-state';

/** Those further behind hear of their place when they get nearer. */
const TOLD_OF_THEIR_PLACE = 20;

/** What a guard has to say to those who asked it, in order, until it is said. */
export class TurnAnswers {
  /** By run, the place that it heard of last. */
  private told: Record<string, string> = {};
  /** The token of the holder that has heard that somebody goes before it. */
  private wanted = 0;

  constructor(
    private readonly state: GuardState,
    private readonly memory: GuardMemory,
  ) {}

  take(): Addressed[] {
    return this.state.answers.splice(0);
  }

  /** The holder has its turn; asked again, it hears the same. */
  granted(paused: Pause | null, now: number): void {
    const { holder } = this.state;
    if (holder === null) return;
    const { request, token } = holder;
    const restartsLeft = isOfPerson(request) ? {} : { restartsLeft: this.memory.restartsLeft(request.policy, now) };
    this.say(request, { kind: 'granted', token, ...restartsLeft });
    this.paused(paused);
  }

  /** The holder hears of a pause; null for none. */
  paused(pause: Pause | null): void {
    const { holder } = this.state;
    if (holder === null || pause === null) return;
    this.say(holder.request, { kind: 'paused', by: pause.by, reason: pause.reason, until: pause.until });
  }

  refused(run: IncidentRun, { reason, detail }: Refusal): void {
    this.say(run, { kind: 'refused', reason, detail });
  }

  resumed(run: IncidentRun, by: string): void {
    this.say(run, { kind: 'resumed', by });
  }

  /** It asked anew: it hears its place again. */
  forgetPlace({ runId }: IncidentRun): void {
    delete this.told[runId];
  }

  /** Everybody near the front hears its place, where that is another than before; the holder, who goes before it. */
  places(): void {
    const { holder, queue } = this.state;
    if (holder === null) return;
    const told: Record<string, string> = {};
    queue.slice(0, TOLD_OF_THEIR_PLACE).forEach((one, index) => {
      const place = `${index + 1} behind ${holder.request.runId}`;
      told[one.runId] = place;
      if (this.told[one.runId] === place) return;
      this.say(one, { kind: 'queued', holder: holder.request.incidentId, position: index + 1 });
    });
    this.told = told;
    const [next] = queue;
    if (next === undefined || !isMoreUrgent(next, holder.request) || this.wanted === holder.token) return;
    this.wanted = holder.token;
    this.say(holder.request, { kind: 'wanted', by: next.incidentId });
  }

  private say({ incidentId, runId }: IncidentRun, answer: TurnAnswer): void {
    this.state.answers.push({ incidentId, runId, answer });
  }
}
