import { RUNBOOKS } from '../runbooks';
import type { RunbookName } from '../runbooks';

/** The last numbered step of each page of the document. */
const LAST: Partial<Record<RunbookName, number>> = {
  serviceDown: 3,
  pipelineFailures: 4,
  securityViolations: 3,
  analysisLatency: 4,
  imageProcessingStalled: 4,
  outboxStuck: 3,
  emergencyRecovery: 9,
};

/** The numbered steps of a page, in its order: `A.1`, `A.2`, `A.3`. None where there is no page. */
export function stepsOfPage(runbook: string): string[] {
  const name = runbook as RunbookName;
  const page = RUNBOOKS[name]?.page ?? '';
  return Array.from({ length: LAST[name] ?? 0 }, (_, at) => `${page}.${at + 1}`);
}
