import type { EscalationPlan, EscalationPolicy } from '../../shared/paging/escalation';
import { isLouder, planFor, tellRoute } from '../../shared/paging/escalation-routes';
import type { EscalationClient } from '../escalation/escalation-client';
import type { Incident } from './incident';

/**
 * Which plan an incident's alerts choose. It is never a quieter one than before: alerts of one incident may differ in
 * severity, and the worst of them decides who is called.
 */
export class AlertRoute {
  private chosen: { severity: string; plan: EscalationPlan } | null = null;
  /** Severity and labels that were looked at last. */
  private seen = '';
  private isBegun: boolean;

  constructor(
    private readonly incident: Incident,
    private readonly policy: EscalationPolicy,
    private readonly clock: Pick<EscalationClient, 'routed'>,
  ) {
    this.isBegun = incident.input.carried !== undefined;
  }

  /** Of the alert that decides. */
  get severity(): string {
    return this.chosen?.severity ?? this.incident.view.severity;
  }

  plan(): EscalationPlan {
    return this.chosen?.plan ?? this.planNow();
  }

  /** The clock has the plan: from now on it hears of another. */
  begin(): void {
    this.isBegun = true;
    const different = tellRoute(this.plan());
    if (different !== '') this.incident.note('', 'Who is called', different);
  }

  /** After every change of the incident. */
  look(): void {
    const { severity, labels } = this.incident.view;
    const seen = `${severity} ${labels['team'] ?? ''}`;
    if (!this.incident.hasAlert || seen === this.seen) return;
    this.seen = seen;
    const plan = this.planNow();
    if (this.chosen !== null && !isLouder(plan, this.chosen.plan)) return;
    const isNews = this.isBegun;
    this.chosen = { severity, plan };
    if (isNews) this.clock.routed(severity, plan);
  }

  private planNow(): EscalationPlan {
    const { alertname, severity, labels } = this.incident.view;
    return planFor(this.policy, { alertname, severity, labels }, Date.now());
  }
}
