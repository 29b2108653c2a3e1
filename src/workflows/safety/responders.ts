import { ApplicationFailure, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import { formatDuration, parseDuration } from '../../shared/text/durations';
import { firingKey } from '../../shared/paging/escalation';
import type { Acknowledgement, EscalationEvent, EscalationPolicy } from '../../shared/paging/escalation';
import type { IncidentMemo, IncidentView } from '../../shared/incident';
import { searchAttributes } from '../../shared/search-attributes';
import { acknowledgeUpdate, escalatedSignal } from '../messages';
import type { Door } from '../messages/door';
import type { EscalationClient } from '../escalation/escalation-client';
import type { Incident } from '../incident/incident';
import { firingOf } from './describe-incident';

/** Who was paged about an incident, and who has it: what its clock says, and what people say to the incident. */
export class Responders {
  constructor(
    private readonly incident: Incident,
    private readonly policy: EscalationPolicy,
    private readonly escalation: Pick<EscalationClient, 'acknowledged'>,
  ) {}

  listen(door: Door): void {
    door.signal(escalatedSignal, (event) => this.hear(event));
    door.update(acknowledgeUpdate, { take: async (ack) => await this.acknowledge(ack) });
  }

  private async acknowledge({ as, for: text }: Acknowledgement): Promise<{ until: string }> {
    const holdMs = text === undefined ? this.policy.holdMs : parseDuration(text)!;
    const until = new Date(Date.now() + holdMs).toISOString();
    if (!(await this.escalation.acknowledged(as, until))) {
      const why =
        'no clock of this incident takes it, so the next tier may be paged: call them yourself, then try again';
      throw ApplicationFailure.nonRetryable(why, 'Refused');
    }
    this.setAcknowledged({ as, until });
    this.incident.note('', `Acknowledged by ${as}`, `no further tier for ${formatDuration(holdMs)}`);
    return { until };
  }

  private hear(event: EscalationEvent): void {
    if (event.firing !== firingKey(firingOf(this.incident))) return;
    switch (event.kind) {
      case 'acknowledged':
        return this.hearOf(event);
      case 'lapsed':
        this.setAcknowledged(null);
        return this.incident.note('', `The acknowledgement of ${event.as} has lapsed`, 'the clock goes on');
      case 'notCancelled':
        return this.incident.note(
          '',
          'The clock goes on',
          'somebody asked to cancel it in Temporal: it ends when this incident is closed (halcyon incident close)',
        );
      case 'paged':
        return this.takePages(event);
    }
  }

  private takePages({ tier, teamName, pages }: Extract<EscalationEvent, { kind: 'paged' }>): void {
    const { incident } = this;
    incident.notePages(tier, pages);
    const ways = pages.map(({ channel, delivered, detail }) => `${channel} ${delivered ? 'ok' : `FAILED: ${detail}`}`);
    const collapsed = pages.some((page) => page.collapsed) ? ' (late)' : '';
    incident.note('', `Paged tier ${tier}${collapsed}: ${teamName}`, ways.join('; '));
    for (const page of pages.filter(({ delivered }) => !delivered)) {
      incident.addFinding('PageNotDelivered', '', `tier ${tier}, ${teamName}, ${page.channel}: ${page.detail}`);
    }
    if (incident.notePaged(tier)) upsertSearchAttributes([{ key: searchAttributes.tier, value: tier }]);
  }

  /** Told to the clock itself while no controller ran, or known already. */
  private hearOf({ as, until }: { as: string; until: string }): void {
    const { incident } = this;
    if (incident.view.acknowledged?.until === until) return;
    this.setAcknowledged({ as, until });
    incident.note('', `Acknowledged by ${as}`, `no further tier until ${until}`);
  }

  /** Also where the list of incidents finds it. */
  private setAcknowledged(acknowledged: IncidentView['acknowledged']): void {
    this.incident.noteAcknowledged(acknowledged);
    upsertMemo({ acknowledged } satisfies Partial<IncidentMemo>);
  }
}
