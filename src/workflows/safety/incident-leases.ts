import { condition, uuid4, workflowInfo } from '@temporalio/workflow';
import { formatDuration } from '../../shared/text/durations';
import type { EscalationPlan } from '../../shared/paging/escalation';
import type { IncidentLease } from '../../shared/incident';
import type { LeaseNews, LeaseOutcome, LeaseWish } from '../../shared/safety/lease';
import { leaseChange } from '../../shared/summary/leases';
import { clock } from '../../shared/text/text';
import { leaseChangedSignal } from '../messages';
import type { Door } from '../messages/door';
import type { ChangeGate, Permission } from './gate';
import { hostOf } from '../runbook/host-watch';
import type { Incident } from '../incident/incident';
import { releaseLease, requestLease } from '../lease/lease-client';
import type { Step } from '../runbook/step';
import { isFailure, isStepFailure, reason } from '../runbook/step-failures';
import { isoNow } from '../support/time';

/** A lease answers within two minutes of its agent; whatever it does before that may take as long again. */
const ANSWER_WITHIN_MS = 300_000;

interface LeasesOf {
  incident: Incident;
  gate: ChangeGate;
  /** Who is paged when the setting cannot be put back. */
  plan: () => EscalationPlan;
}

/** What one wish came to. */
type Answer = LeaseOutcome & { previous: IncidentLease['previous']; changed: boolean };

/**
 * The leases of one incident: asks for them in its turn, hears what becomes of them, and gives them back. What it knows of
 * them is the incident's view, and goes from run to run with it.
 */
export class IncidentLeases {
  /** Of the wishes that wait for an answer, by their ids. */
  private readonly answers: Record<string, LeaseNews | null> = {};

  constructor(private readonly of: LeasesOf) {}

  listen(door: Door): void {
    door.signal(leaseChangedSignal, (news) => this.hear(news));
  }

  async lease(step: Step, wish: LeaseWish): Promise<LeaseOutcome> {
    const { incident } = this.of;
    const until = new Date(Date.now() + wish.forMs).toISOString();
    const permission = await this.permit(step, wish);
    if (typeof permission === 'string') {
      this.keep(wish, until, { state: 'refused', why: permission, previous: null, changed: false });
      return leaseLeftOut(incident, step, wish, permission);
    }
    const end = incident.begin(step.cite, step.title, 'change');
    const answer = await this.ask(wish, until, permission.permit);
    const { state, why, changed, previous } = answer;
    if (changed) incident.story.changes += 1;
    permission.ended(state === 'active' ? null : why);
    this.keep(wish, until, answer);
    if (state !== 'active') end(state === 'overtaken' ? 'skipped' : 'failed', why);
    else {
      const detail = `${leaseChange({ ...wish, previous })} until ${clock(until)}: ${wish.reason}`;
      const { setting, value } = wish;
      const made = { before: { setting, value: previous }, after: { setting, value } };
      end(changed ? 'done' : 'noChange', detail, undefined, made);
    }
    return { state, why };
  }

  /** Nothing where this incident holds no such lease. */
  async release(setting: string, why: string): Promise<void> {
    const held = this.held(setting);
    if (held !== undefined) await this.giveBack(held, why);
  }

  async releaseAll(why: string): Promise<void> {
    // Of one that was overtaken by another wish it may still be an owner.
    const held = this.of.incident.view.leases.filter(
      ({ state, outlives }) => outlives !== true && (state === 'active' || state === 'overtaken'),
    );
    await Promise.all(held.map(async (one) => await this.giveBack(one, why)));
  }

  /** Why there is none, in words. */
  private async permit(step: Step, { setting, value, forMs }: LeaseWish): Promise<Permission | string> {
    try {
      return await this.of.gate.permit(step, { arguments: { setting, value, forMs } });
    } catch (err) {
      if (!isFailure(err, 'ChangeRefused')) throw err;
      return reason(err);
    }
  }

  private async ask(
    { setting, value, reason: why }: LeaseWish,
    until: string,
    permit: Permission['permit'],
  ): Promise<Answer> {
    const { incident, plan } = this.of;
    const named = { host: hostOf(incident), setting };
    const owner = workflowInfo().workflowId;
    const id = uuid4();
    this.answers[id] = null;
    try {
      const turn = { permit };
      await requestLease({ ...named, id, value, owner, reason: why, until, turn, escalation: plan() });
      const isOver = () => this.answers[id] !== null || incident.isClosedByPerson;
      await condition(isOver, ANSWER_WITHIN_MS, { summary: `Answer of the lease of ${setting}` });
      const answer = this.answers[id];
      if (answer !== null && answer !== undefined) return answer;
      // Nobody knows whether it was written: what came of it is put back.
      await releaseLease(named, { owner, reason: 'it did not answer its incident in time' });
      return { state: 'refused', why: 'the lease did not answer in time', previous: null, changed: true };
    } catch (err) {
      if (!isStepFailure(err)) throw err;
      return { state: 'refused', why: reason(err), previous: null, changed: false };
    } finally {
      delete this.answers[id];
    }
  }

  /** In place of an older one of this setting. A renewal that is refused leaves that as it is. */
  private keep(
    { setting, value, reason: why, outlives }: LeaseWish,
    until: string,
    { state, previous, why: detail }: Answer,
  ): void {
    const { incident } = this.of;
    if (state === 'refused' && this.held(setting) !== undefined) return;
    const kept = outlives === undefined ? {} : { outlives };
    incident.keepLease({ setting, value, previous, until, state, reason: why, detail, at: isoNow(), ...kept });
  }

  /** Where a lease says something by itself: of one that is held, or of one that was given back, that it is undone. */
  private hear(news: LeaseNews): void {
    const { incident } = this.of;
    const { id, setting, state, why } = news;
    if (id !== undefined) {
      if (id in this.answers) this.answers[id] = news;
      return;
    }
    const known = incident.view.leases.find((one) => one.setting === setting);
    const isMeant = known?.state === 'active' || (known?.state === 'released' && state === 'undone');
    if (known === undefined || !isMeant) return;
    incident.keepLease({ ...known, state, detail: why, at: isoNow() });
    incident.note('', `Lease of ${setting} ${state}`, why);
  }

  private held(setting: string): IncidentLease | undefined {
    return this.of.incident.view.leases.find((one) => one.setting === setting && one.state === 'active');
  }

  private async giveBack(held: IncidentLease, why: string): Promise<void> {
    const { incident } = this.of;
    const { setting, state } = held;
    if (state === 'active') {
      incident.keepLease({ ...held, state: 'released', detail: why, at: isoNow() });
      incident.note('', `Lease of ${setting} given back`, why);
    }
    await releaseLease({ host: hostOf(incident), setting }, { owner: workflowInfo().workflowId, reason: why });
  }
}

/** Says what would be leased where nothing may be changed. */
export function leaseLeftOut(incident: Incident, { cite }: Step, wish: LeaseWish, why: string): LeaseOutcome {
  const { setting, value, forMs, reason: because } = wish;
  const title = `Would set ${setting} to ${JSON.stringify(value)} for ${formatDuration(forMs)}`;
  incident.begin(cite, title, 'change')('skipped', `${because}: ${why}`);
  return { state: 'refused', why };
}
