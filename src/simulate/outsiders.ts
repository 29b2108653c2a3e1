import { WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { Alert } from '../shared/alert';
import type { ApprovalPolicy } from '../shared/safety/approval';
import type { IncidentView } from '../shared/incident';
import type { Scenario } from './script/scenario';
import type { VirtualTime } from './time/virtual-time';

/** Who acknowledges, and approves where the configuration names nobody. */
const PERSON = 'anna';
/** People and Alertmanager act so long after the full minute: after what is due at it. */
const INTO_THE_MINUTE_MS = 7_000;
/** Alertmanager learns so long after the host that all is well: a scrape, a rule, its own interval between messages. */
const RESOLVED_AFTER_MS = 60_000;

/** Something from outside, so long after the start. */
interface Act {
  afterMs: number;
  act: () => Promise<void>;
}

/** People and Alertmanager: they do what the scenario says, and what follows from what they see. */
export class Outsiders {
  private acts: Act[] = [];
  private readonly approved: string[] = [];
  private isResolving = false;

  constructor(
    private readonly of: { scenario: Scenario; time: VirtualTime; incident: WorkflowHandle; alerts: readonly Alert[] },
  ) {
    const { ackAfterMs, wellAfterMs } = of.scenario;
    const acknowledge = async () => void (await of.incident.executeUpdate('acknowledge', { args: [{ as: PERSON }] }));
    if (ackAfterMs !== null) this.acts.push({ afterMs: ackAfterMs + INTO_THE_MINUTE_MS, act: acknowledge });
    if (wellAfterMs !== null) this.resolveAfter(wellAfterMs + INTO_THE_MINUTE_MS);
  }

  /** Nothing more of them is to come. */
  get areDone(): boolean {
    return this.acts.length === 0;
  }

  /** Does what is due until so long after the start. */
  async actUntil(ms: number): Promise<void> {
    const due = this.acts.filter(({ afterMs }) => afterMs <= ms).sort((a, b) => a.afterMs - b.afterMs);
    this.acts = this.acts.filter((act) => !due.includes(act));
    for (const { afterMs, act } of due) {
      await this.of.time.until(afterMs);
      await act().catch((err: unknown) => {
        // Over already: nobody is left to be told.
        if (!(err instanceof WorkflowNotFoundError)) throw err;
      });
    }
  }

  /** To what is seen so long after the start: an alert goes when its host is well, and a question gets its yes. */
  react({ state, approvals }: IncidentView, ms: number): void {
    if (state === 'watching') this.resolveAfter(ms);
    const { approveAfterMs } = this.of.scenario;
    if (approveAfterMs === null) return;
    for (const { hash, people } of approvals.filter(
      (one) => one.state === 'asked' && !this.approved.includes(one.hash),
    )) {
      this.approved.push(hash);
      const act = async () => {
        await this.of.incident.executeUpdate('approve', { args: [{ as: people[0] ?? PERSON, hash }] });
      };
      this.acts.push({ afterMs: ms + approveAfterMs, act });
    }
  }

  /** Its alerts as Alertmanager has them then. */
  alerts(status: Alert['status'], afterMs: number): Alert[] {
    const { time, alerts } = this.of;
    const at = time.serverTime(afterMs);
    return alerts.map((alert) => ({
      ...alert,
      status,
      startsAt: time.serverTime(0),
      ...(status === 'resolved' ? { endsAt: at } : {}),
      receivedAt: at,
    }));
  }

  private resolveAfter(wellMs: number): void {
    if (this.isResolving) return;
    this.isResolving = true;
    const afterMs = wellMs + RESOLVED_AFTER_MS;
    const act = async () => await this.of.incident.signal('alert', this.alerts('resolved', afterMs));
    this.acts.push({ afterMs, act });
  }
}

/** Roles that nobody has are taken as if somebody had them: else nobody could say yes. */
export function withApprovers(policy: ApprovalPolicy): { policy: ApprovalPolicy; vacant: string[] } {
  const asked = [...new Set(Object.values(policy.approvers).flat())];
  const vacant = asked.filter((role) => (policy.roles[role] ?? []).length === 0);
  const filled = Object.fromEntries(vacant.map((role) => [role, [PERSON]]));
  return { policy: { ...policy, roles: { ...policy.roles, ...filled } }, vacant };
}
