import type { ReviewedItem } from './checklist';
import { escalation } from './items/escalation';
import { knowledge } from './items/knowledge';
import { meeting } from './items/meeting';
import { prevention } from './items/prevention';
import { recovery } from './items/recovery';
import { rootCause } from './items/root-cause';
import { runbook } from './items/runbook';
import { thresholds } from './items/thresholds';
import type { Reviewed } from './reviewed';

/** The eight lines that end the document, in its order. */
const ITEMS = [rootCause, thresholds, runbook, meeting, prevention, recovery, knowledge, escalation];

/** Each line, filled in as far as Halcyon knows. */
export function itemsOf(of: Reviewed): ReviewedItem[] {
  return ITEMS.map((item) => item(of));
}
