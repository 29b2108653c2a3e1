import { z } from 'zod';
import { durationText } from '../../print/duration-text';
import { valueAt } from '../../load/values';
import { duration, section, someText } from '../nouns';

/** Who is called after how long, ascending. */
export const tiers = z
  .array(section({ after: duration({ min: '0s' }), notify: someText('"onDuty", "other" or a team key') }))
  .min(1, { error: 'expected at least one tier' })
  .superRefine(checkAscending, { when: ({ value }) => Array.isArray(value) });

function checkAscending(written: unknown[], context: z.core.$RefinementCtx): void {
  let latest = -1;
  for (const index of written.keys()) {
    const after = valueAt(written, [index, 'after']);
    if (typeof after !== 'number') continue;
    if (after > latest) latest = after;
    else context.addIssue({ code: 'custom', path: [index, 'after'], message: laterThan(latest) });
  }
}

function laterThan(before: number): string {
  return `must be later than the tiers before it (${durationText(before)})`;
}
