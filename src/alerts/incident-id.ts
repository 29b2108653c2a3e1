import { createHash } from 'node:crypto';
import { isRunbook } from '../shared/runbooks';

/**
 * Workflow id of an incident: `incident/<alertname or runbook>/<host>`. Label text is hostile, so whatever is not a
 * plain word is replaced, and a digest keeps two different names apart.
 */
export function incidentWorkflowId(name: string, host: string): string {
  return `incident/${idPart(name)}/${idPart(host)}`;
}

/** The same for an alert: one that has the name of a runbook must not take the id of a person's run of it. */
export function alertWorkflowId(alertname: string, host: string): string {
  return incidentWorkflowId(isRunbook(alertname) ? `${alertname}.alert` : alertname, host);
}

function idPart(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(text)) return text;
  const readable = text.replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, 60);
  return `${readable}~${createHash('sha256').update(text).digest('hex').slice(0, 10)}`;
}
