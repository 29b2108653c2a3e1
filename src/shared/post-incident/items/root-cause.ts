import { causeOf, pastCause } from '../../summary/causes';
import { subjectOf } from '../../summary/subject';
import { cut } from '../../text/text';
import { hasEnded } from '../reviewed';
import type { Item } from '../reviewed';

const MAX_EVIDENCE = 300;
const MAX_FOUND = 6;

/** I.1: the cause as it was found, and by what. */
export const rootCause: Item = ({ view, status, isShort }) => {
  const named = { key: 'root-cause', cite: 'I.1', title: 'Document the root cause' };
  const cause = causeOf(view, view.findings);
  const found = [...new Set(view.findings.map(({ name }) => name))].slice(0, MAX_FOUND).join(', ');
  if (cause === null) {
    const detail = `no cause was found${found === '' ? '' : `; what was found: ${found}`}`;
    return { ...named, state: isShort ? 'known' : 'open', detail };
  }
  const { cite = '', title = '', evidence = '' } = view.cause ?? {};
  const acted = title === '' ? '' : `; ${cite} ${title}: ${cut(evidence, MAX_EVIDENCE)}`;
  const isKnown = hasEnded({ status, view }) && view.outcome !== 'unresolved';
  const doubt = isKnown ? '' : '; it was not seen well afterwards: is that all of it?';
  const also = found === '' ? '' : `; found: ${found}`;
  return {
    ...named,
    state: isKnown ? 'known' : 'open',
    detail: `${pastCause(cause, subjectOf(view))}${acted}${also}${doubt}`,
  };
};
