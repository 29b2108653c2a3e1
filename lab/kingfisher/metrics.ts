/** What the service counts, and how Prometheus reads it. Names are the document's. */

export type Labels = Record<string, string>;

/** A counter or gauge with one optional label, in order of first use. */
export class Series {
  private readonly values = new Map<string, number>();

  constructor(private readonly label?: string) {}

  add(amount: number, value = ''): void {
    this.values.set(value, this.get(value) + amount);
  }

  get(value = ''): number {
    return this.values.get(value) ?? 0;
  }

  total(): number {
    return [...this.values.values()].reduce((sum, value) => sum + value, 0);
  }

  samples(): [Labels, number][] {
    return [...this.values].map(([value, amount]) => [this.label === undefined ? {} : { [this.label]: value }, amount]);
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

/** Everything one process has counted since its start. */
export class Metrics {
  readonly pipelineFailures = new Series('step');
  readonly securityViolations = new Series('type');
  readonly analysis = new Histogram();
  readonly imagesDownloaded = new Series();
  readonly outboxPublished = new Series();
  outboxPending = 0;

  constructor() {
    // Prometheus can only see an increase from a value it has seen: series that alerts watch start at 0.
    for (const step of ['image_download', 'openai_analysis', 'plugin']) this.pipelineFailures.add(0, step);
    for (const type of ['rate_limit', 'unauthorized', 'forbidden']) this.securityViolations.add(0, type);
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
