import { setTimeout as sleep } from 'node:timers/promises';
import { type FiringAlert, webhookMessage } from './alertmanager-message';

export interface NotifierOptions {
  webhookUrl: string;
  /** Bearer token. */
  webhookToken?: string;
  signal: AbortSignal;
}

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;
const POST_WITHIN_MS = 10_000;

/**
 * Delivers the newest state of one alert to a webhook until it is answered 2xx. As with Alertmanager, an alert that was
 * over before its beginning could be delivered is not mentioned.
 */
export class Notifier {
  private pending: FiringAlert | undefined;
  private delivered: FiringAlert | undefined;
  private delivering: Promise<void> = Promise.resolve();
  private busy = false;

  constructor(private readonly options: NotifierOptions) {}

  /** Whether the receiver knows the newest state. */
  get isIdle(): boolean {
    return !this.busy;
  }

  /** Takes the place of a state that is not delivered yet. */
  notify(alert: FiringAlert): void {
    this.pending = alert;
    if (this.busy) return;
    this.busy = true;
    this.delivering = this.deliver();
  }

  /** Resolves when nothing is under way any more: after delivery, or soon after the signal was aborted. */
  async settled(): Promise<void> {
    await this.delivering;
  }

  private async deliver(): Promise<void> {
    let waitMs = FIRST_RETRY_MS;
    while (this.pending !== undefined && !this.options.signal.aborted) {
      const alert = this.pending;
      if (this.isOverUnheard(alert) || (await this.post(alert))) {
        if (this.pending === alert) this.pending = undefined;
        waitMs = FIRST_RETRY_MS;
        continue;
      }
      await sleep(waitMs, undefined, { signal: this.options.signal }).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, LONGEST_RETRY_MS);
    }
    this.busy = false;
  }

  private isOverUnheard(alert: FiringAlert): boolean {
    return alert.endsAt !== undefined && this.delivered?.startsAt !== alert.startsAt;
  }

  private async post(alert: FiringAlert): Promise<boolean> {
    const { webhookUrl, webhookToken, signal } = this.options;
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (webhookToken !== undefined) headers['authorization'] = `Bearer ${webhookToken}`;
    try {
      const response = await fetch(webhookUrl, {
        method: 'POST',
        headers,
        body: JSON.stringify(webhookMessage(alert)),
        signal: AbortSignal.any([signal, AbortSignal.timeout(POST_WITHIN_MS)]),
      });
      await response.body?.cancel();
      if (response.ok) this.delivered = alert;
      return response.ok;
    } catch {
      return false; // Not reachable, or no answer in time: the next attempt tells.
    }
  }
}
