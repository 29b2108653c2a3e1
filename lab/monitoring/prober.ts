import { setTimeout as sleep } from 'node:timers/promises';
import type { FiringAlert } from './alertmanager-message';
import { readRules } from './monitoring-config';
import { Notifier } from './notifier';

export interface ProberOptions {
  /** KingFisher's `/health`. */
  healthUrl: string;
  /** KingFisher's `/ready`. */
  readyUrl: string;
  /** The alert's `instance`: `h1:8201`. */
  instance: string;
  /** Intake's `/api/v1/alerts`. */
  webhookUrl: string;
  /** Bearer token of intake. */
  webhookToken?: string;
  /** From the start of one probe to the next. @default 1000 */
  intervalMs?: number;
  /** A probe that takes longer has failed. @default 1000 */
  timeoutMs?: number;
  /** Failed probes in a row until the alert fires. @default 2 */
  failuresToFire?: number;
}

export interface Prober {
  /** From the alert's start until the receiver has heard of its end. */
  readonly isFiring: boolean;
  /** Ends probing and reporting; what is not delivered yet is dropped. May be called again. */
  stop(): Promise<void>;
}

const ALERT = 'KingfisherServiceDown';

/**
 * KingfisherServiceDown without Prometheus: probes one KingFisher and posts what Alertmanager would, with the labels and
 * annotations of the deployed rule. One good probe resolves the alert.
 */
export function startProber(options: ProberOptions): Prober {
  const stopping = new AbortController();
  const { webhookUrl, webhookToken } = options;
  const notifier = new Notifier({ webhookUrl, webhookToken, signal: stopping.signal });
  const watch = new Watch(options, notifier);
  const probing = probeUntil(stopping.signal, options, watch);
  return {
    get isFiring() {
      return watch.isFiring || !notifier.isIdle;
    },
    async stop() {
      stopping.abort();
      await Promise.all([probing, notifier.settled()]);
    },
  };
}

/** Makes episodes of single probes. */
class Watch {
  private failures = 0;
  private alert: FiringAlert | undefined;
  private readonly template: Omit<FiringAlert, 'startsAt' | 'generatorURL'>;

  constructor(
    private readonly options: ProberOptions,
    private readonly notifier: Notifier,
  ) {
    this.template = serviceDownAlert(options.instance);
  }

  get isFiring(): boolean {
    return this.alert !== undefined;
  }

  record(isWell: boolean): void {
    if (isWell) this.recordWell();
    else this.recordFailure();
  }

  private recordWell(): void {
    this.failures = 0;
    if (this.alert === undefined) return;
    this.notifier.notify({ ...this.alert, endsAt: new Date().toISOString() });
    this.alert = undefined;
  }

  private recordFailure(): void {
    this.failures++;
    const { failuresToFire = 2, readyUrl } = this.options;
    if (this.alert !== undefined || this.failures < failuresToFire) return;
    this.alert = { ...this.template, startsAt: new Date().toISOString(), generatorURL: readyUrl };
    this.notifier.notify(this.alert);
  }
}

/** The alert as the deployed rule writes it. */
function serviceDownAlert(instance: string): Omit<FiringAlert, 'startsAt' | 'generatorURL'> {
  const rules = readRules().groups.flatMap((group) => group.rules);
  const rule = rules.find(({ alert }) => alert === ALERT);
  if (rule === undefined) throw new Error(`the deployed rules have no ${ALERT}`);
  const annotations = Object.entries(rule.annotations).map(([name, text]) => [name, fillIn(text, instance)]);
  return {
    labels: { alertname: ALERT, instance, ...rule.labels },
    annotations: Object.fromEntries(annotations) as Record<string, string>,
  };
}

/** The one template expression that the rule's texts use. */
function fillIn(text: string, instance: string): string {
  return text.replaceAll('{{ $labels.instance }}', instance);
}

async function probeUntil(stopped: AbortSignal, options: ProberOptions, watch: Watch): Promise<void> {
  const { healthUrl, readyUrl, intervalMs = 1_000, timeoutMs = 1_000 } = options;
  while (!stopped.aborted) {
    const next = Date.now() + intervalMs;
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(timeoutMs)]);
    const answers = await Promise.all([answersOk(healthUrl, signal), answersOk(readyUrl, signal)]);
    if (stopped.aborted) return;
    watch.record(answers.every(Boolean));
    await sleep(Math.max(0, next - Date.now()), undefined, { signal: stopped }).catch(() => undefined);
  }
}

/** 200 and nothing else, as the blackbox module asks. */
async function answersOk(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}
