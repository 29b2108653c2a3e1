import { causeOf, pastCause } from '../../summary/causes';
import { subjectOf } from '../../summary/subject';
import { drillOf } from '../drills';
import { hasEnded } from '../reviewed';
import type { Item } from '../reviewed';

/** I.6: how to break a host of the lab like this one, and see it mended. */
export const recovery: Item = ({ view, status, isShort }) => {
  const named = { key: 'test-recovery', cite: 'I.6', title: 'Test the recovery procedures' };
  const fault = drillOf(view);
  if (fault !== undefined) {
    const isMended = hasEnded({ status, view }) && (view.outcome === 'healed' || view.outcome === 'selfHealed');
    const why = isMended
      ? 'the catalogue of game days has this'
      : 'this was not mended by Halcyon, and the catalogue has it';
    return { ...named, state: isMended ? 'known' : 'open', detail: `${why}: npm run gameday -- ${fault}` };
  }
  const cause = causeOf(view, view.findings);
  const what = cause === null ? 'an incident like this' : pastCause(cause, subjectOf(view));
  return { ...named, state: isShort ? 'known' : 'open', detail: `a new fault for the catalogue (lab/faults): ${what}` };
};
