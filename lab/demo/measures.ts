import { formatDuration } from '../../src/shared/text/durations';
import type { IncidentView, Outcome } from '../../src/shared/incident';
import type { Act } from './act';

/** Measured times of one act, milliseconds; null where it did not come to it. */
export interface ActResult {
  name: string;
  alert: string;
  outcome: Outcome | 'none';
  faultToAlertMs: number | null;
  alertToFirstActionMs: number | null;
  alertToHealthyMs: number | null;
  alertToClosedMs: number | null;
}

export function measure(act: Act, view: IncidentView, faultAt: number): ActResult {
  const { receivedAt, firstActionAt, healthyAt, closedAt } = view.measures;
  const since = (from: number, to: string | null) => (to === null ? null : Math.max(0, Date.parse(to) - from));
  const received = Date.parse(receivedAt);
  return {
    name: act.name,
    alert: act.alert,
    outcome: view.outcome ?? 'none',
    faultToAlertMs: since(faultAt, receivedAt),
    alertToFirstActionMs: since(received, firstActionAt),
    alertToHealthyMs: since(received, healthyAt),
    alertToClosedMs: since(received, closedAt),
  };
}

export function unmeasured(act: Act, outcome: ActResult['outcome']): ActResult {
  const nothing = { faultToAlertMs: null, alertToFirstActionMs: null, alertToHealthyMs: null, alertToClosedMs: null };
  return { name: act.name, alert: act.alert, outcome, ...nothing };
}

export function sentence({ byHand }: Act, result: ActResult): string {
  const text = (ms: number | null) => (ms === null ? '–' : formatDuration(ms));
  const from = byHand === undefined ? 'alert' : 'start';
  return [
    `fault to ${from} ${text(result.faultToAlertMs)}`,
    `${from} to first action ${text(result.alertToFirstActionMs)}`,
    `${from} to healthy ${text(result.alertToHealthyMs)}`,
    `closed ${text(result.alertToClosedMs)} after the ${from}`,
  ].join(' · ');
}
