import { reportCommand } from '../../observations/commands';
import { causeOf } from '../../summary/causes';
import { pageAt } from '../runbook-pages';
import type { Item } from '../reviewed';

/** I.7: where it is written down, and the report to add to it. */
export const knowledge: Item = ({ view, incident, isShort }) => {
  const named = { key: 'knowledge-base', cite: 'I.7', title: 'Update the team knowledge base' };
  const page = view.runbookUrl ?? pageAt(view.runbook, view.cause?.cite ?? '');
  const report = `its report: ${reportCommand(incident.workflowId, incident.runId)}`;
  const isNew = causeOf(view, view.findings) === null || page === undefined;
  const lacks = isNew && !isShort ? 'nothing is written about such a cause; ' : '';
  const where = page === undefined ? 'no page; ' : `its page: ${page}; `;
  return { ...named, state: lacks === '' ? 'known' : 'open', detail: `${lacks}${where}${report}` };
};
