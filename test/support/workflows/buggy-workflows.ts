import type { IncidentInput, IncidentResult } from '../../../src/shared/incident';
import { runIncident } from '../../../src/workflows/incident/run-incident';

export { closing } from '../../../src/workflows/escalation/closing';
export { escalation } from '../../../src/workflows/escalation/escalation';
export { guard } from '../../../src/workflows/guard/guard';

/** A runbook with a bug in its very first line: its workflow task fails, again and again. */
export async function serviceDown(input: IncidentInput): Promise<IncidentResult> {
  return await runIncident(input, {
    page: 'A',
    watch: null,
    round: () => {
      throw new TypeError("Cannot read properties of undefined (reading 'length')");
    },
  });
}
