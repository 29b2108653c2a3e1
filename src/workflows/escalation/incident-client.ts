import { getExternalWorkflowHandle } from '@temporalio/workflow';
import { firingKey } from '../../shared/paging/escalation';
import type { EscalationNews, Subject } from '../../shared/paging/escalation';
import { escalatedSignal } from '../messages';
import { plainPage } from './pages/sent-page';
import type { SentPage } from './pages/sent-page';

/** What the incident hears of its escalation. One that is closed or terminated hears nothing, which is no error. */
export class IncidentClient {
  private readonly underWay = new Set<Promise<void>>();

  constructor(private readonly subject: Subject) {}

  paged(tier: number, pages: SentPage[]): void {
    this.say({ kind: 'paged', tier, teamName: pages[0]?.teamName ?? '', pages: pages.map(plainPage) });
  }

  say(event: EscalationNews): void {
    // Guards and leases page people too, and do not listen.
    if (!this.subject.workflowId.startsWith('incident/')) return;
    const { workflowId } = this.subject;
    // By its id alone: an incident that is open for long goes on in new runs.
    const said = getExternalWorkflowHandle(workflowId)
      .signal(escalatedSignal, { ...event, firing: firingKey(this.subject) })
      .catch(() => undefined)
      .finally(() => this.underWay.delete(said));
    this.underWay.add(said);
  }

  async allSaid(): Promise<void> {
    await Promise.all(this.underWay);
  }
}
