import { CancellationScope, getExternalWorkflowHandle, log } from '@temporalio/workflow';
import type { LeaseNews } from '../../shared/safety/lease';
import { leaseChangedSignal } from '../messages';

/** What a lease tells incidents: in order, and not waited for. */
export class LeaseNewsSender {
  private last: Promise<void> = Promise.resolve();

  /** To whatever run of the incident is open: one that waits for long goes on in new ones. */
  tell(incident: string, news: LeaseNews): void {
    this.last = this.last.then(() => CancellationScope.nonCancellable(() => this.send(incident, news)));
  }

  /** All that was told so far is on its way. */
  async settled(): Promise<void> {
    for (let last; last !== this.last;) await (last = this.last);
  }

  private async send(incident: string, news: LeaseNews): Promise<void> {
    try {
      await getExternalWorkflowHandle(incident).signal(leaseChangedSignal, news);
    } catch (err) {
      log.info('an incident that is over could not be told of its lease', { incident, err });
    }
  }
}
