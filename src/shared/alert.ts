/**
 * One alert as a runbook sees it: an Alertmanager v4 webhook alert, or a person's manual start in the same shape.
 * All times are ISO 8601 in UTC.
 */
export interface Alert {
  status: 'firing' | 'resolved';
  alertname: string;
  /** Alertmanager's fingerprint of the label set; with `startsAt` it names one episode of the alert. */
  fingerprint: string;
  startsAt: string;
  /**
   * What the sender wrote as the start, where that cannot be so (in the future, before 1970, no time): `startsAt` is the
   * receipt then.
   */
  claimedStart?: string;
  /** Only on resolved alerts. */
  endsAt?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** Link back to the expression in Prometheus, where known. */
  generatorURL?: string;
  /** Link to the Alertmanager that sent it, where known. */
  externalURL?: string;
  /** When intake accepted it. */
  receivedAt: string;
  /** Alerts of the same group that Alertmanager left out of its message (`truncatedAlerts`), 0 normally. */
  truncated: number;
  /** What intake noticed about it, for people: findings of its incident. */
  findings?: { name: string; detail: string }[];
  /** Why no runbook can act on it: what it lacks, in words. It goes to `unknownAlert` with what can be read. */
  malformed?: string;
}
