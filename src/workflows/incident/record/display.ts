import {
  CancellationScope,
  condition,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { FIRST_STATE } from '../../../shared/incident';
import { searchAttributes } from '../../../shared/search-attributes';
import { renderDetails } from '../incident-details';
import type { Incident } from '../incident';

/**
 * Keeps what Temporal UI shows of an incident up to date: once for all that changes at the same moment, so that a state
 * that lasted no time is never shown.
 */
export class Display {
  isDue = true;
  private shown: string;

  constructor(private readonly incident: Incident) {
    // Whoever starts an incident sets the first state with it: saying it again would only cost the first step time.
    this.shown = incident.input.carried?.view.state ?? FIRST_STATE;
  }

  /** Goes on for as long as the workflow runs, also while it is being cancelled. */
  begin(): void {
    void CancellationScope.nonCancellable(async () => {
      for (;;) {
        await condition(() => this.isDue);
        this.show();
      }
    });
  }

  show(): void {
    const { view } = this.incident;
    this.isDue = false;
    setCurrentDetails(renderDetails(view, workflowInfo().workflowId));
    if (view.state === this.shown) return;
    this.shown = view.state;
    upsertSearchAttributes([{ key: searchAttributes.state, value: view.state }]);
  }
}
