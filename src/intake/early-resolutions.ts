import type { Alert } from '../shared/alert';
import { isCopy, startAsWritten } from '../shared/episode';

const MAX_REMEMBERED = 500;

/**
 * Resolved alerts whose incident was not open. With two Alertmanagers and retries, an alert's firing message can come
 * after its resolved one: the incident that it then starts is told at once that the alert is over.
 *
 * In memory only, so best effort: an incident that is never told looks for itself and says that the alert is contradicted.
 */
export class EarlyResolutions {
  /** Oldest first. */
  private readonly remembered = new Map<string, Alert>();

  remember(workflowId: string, alert: Alert): void {
    const key = episode(workflowId, alert);
    this.remembered.delete(key);
    this.remembered.set(key, alert);
    const [oldest] = this.remembered.keys();
    if (this.remembered.size > MAX_REMEMBERED && oldest !== undefined) this.remembered.delete(oldest);
  }

  /** What resolved this firing alert before it came. One that comes clearly later fires again. */
  find(workflowId: string, firing: Alert): Alert | undefined {
    const resolved = this.remembered.get(episode(workflowId, firing));
    return resolved !== undefined && isCopy(firing, resolved.receivedAt) ? resolved : undefined;
  }

  forget(workflowId: string, alert: Alert): void {
    this.remembered.delete(episode(workflowId, alert));
  }
}

function episode(workflowId: string, alert: Alert): string {
  return JSON.stringify([workflowId, alert.fingerprint, startAsWritten(alert)]);
}
