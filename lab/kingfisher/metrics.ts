/** What the service counts, and how Prometheus reads it. Names are the document's. */

export type Labels = Record<string, string>;

/** A counter with these labels, in order of first use. */
export class Series {
  private readonly values = new Map<string, { values: string[]; amount: number }>();
  private readonly labels: string[];

  constructor(...labels: string[]) {
    this.labels = labels;
  }

  add(amount: number, ...values: string[]): void {
    const key = values.join('\0');
    const found = this.values.get(key);
    if (found === undefined) this.values.set(key, { values, amount });
    else found.amount += amount;
  }

  total(): number {
    return [...this.values.values()].reduce((sum, { amount }) => sum + amount, 0);
  }

  /** Summed by the values of the first label. */
  byFirstLabel(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const { values, amount } of this.values.values()) sums[values[0]!] = (sums[values[0]!] ?? 0) + amount;
    return sums;
  }

  samples(): [Labels, number][] {
    return [...this.values.values()].map(({ values, amount }) => [
      Object.fromEntries(this.labels.map((label, index) => [label, values[index] ?? ''])),
      amount,
    ]);
  }
}

const BUCKETS_SECONDS = [1, 2, 5, 10, 20, 30, 60, 120];

/** A histogram of seconds. */
export class Histogram {
  private readonly counts = BUCKETS_SECONDS.map(() => 0);
  private count = 0;
  private sum = 0;

  observe(seconds: number): void {
    BUCKETS_SECONDS.forEach((bound, index) => {
      if (seconds <= bound) this.counts[index]!++;
    });
    this.count++;
    this.sum += seconds;
  }

  mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  observations(): number {
    return this.count;
  }

  render(name: string): string[] {
    const buckets = BUCKETS_SECONDS.map((bound, index) =>
      sample(`${name}_bucket`, { le: `${bound}` }, this.counts[index]!),
    );
    const infinite = sample(`${name}_bucket`, { le: '+Inf' }, this.count);
    return [...buckets, infinite, sample(`${name}_sum`, {}, this.sum), sample(`${name}_count`, {}, this.count)];
  }
}

/**
 * Steps of the pipeline and why each can fail. Prometheus can only see an increase from a value it has seen: all of them
 * are there from the start, at 0.
 */
const FAILURES = {
  image_download: ['telegram', 'permission', 'disk_full', 'io'],
  image_processing: ['corrupt', 'permission', 'io'],
  openai_analysis: ['rate_limited', 'insufficient_quota', 'unauthorized', 'server_error', 'timeout', 'unreachable'],
  database: ['pool_exhausted', 'query'],
  plugin: ['error'],
} as const;

export type Step = keyof typeof FAILURES;
export type Reason<S extends Step> = (typeof FAILURES)[S][number];

const VIOLATIONS = ['rate_limit', 'unauthorized', 'forbidden'] as const;
export type Violation = (typeof VIOLATIONS)[number];

/** Connections of the database pool. */
export interface PoolUse {
  active: number;
  idle: number;
  waiting: number;
  max: number;
}

/** Everything one process has counted since its start. */
export class Metrics {
  readonly pipelineFailures = new Series('step', 'reason');
  readonly securityViolations = new Series('type');
  readonly analysis = new Histogram();
  readonly imagesDownloaded = new Series();
  readonly outboxPublished = new Series();
  /** Null until the outbox was looked at for the first time. */
  outboxPending: number | null = null;
  /** Seconds since 1970; null until the first image. */
  lastImageAt: number | null = null;
  /** Images that wait for an analysis. */
  backlog = 0;
  pool: () => PoolUse = () => ({ active: 0, idle: 0, waiting: 0, max: 0 });

  constructor() {
    for (const [step, reasons] of Object.entries(FAILURES)) {
      for (const reason of reasons) this.pipelineFailures.add(0, step, reason);
    }
    for (const type of VIOLATIONS) this.securityViolations.add(0, type);
    this.imagesDownloaded.add(0);
    this.outboxPublished.add(0);
  }
}

/** Lines of one metric with its help and type. */
export function family(name: string, type: 'counter' | 'gauge' | 'histogram', help: string, lines: string[]): string {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join('\n');
}

/** One line of the text format. */
export function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${text}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
}
