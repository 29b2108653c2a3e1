import type { TopicAnswers } from '../../../shared/topics/answers';
import { many, section, tell } from './sections';

export function renderMetrics({ metrics }: TopicAnswers['metrics']): string[] {
  const lines = tell(metrics, ({ samples, more, buckets, prefix }) => [
    ...(samples.length === 0 ? [`no metric beginning with ${prefix}`] : aligned(samples)),
    ...(more === 0 ? [] : [`(and ${more} more: --match narrows it)`]),
    ...(buckets === 0 ? [] : [`(without ${many(buckets, 'bucket')} of histograms: --match _bucket shows them)`]),
  ]);
  return section('Metrics', 'curl -s …/metrics | grep kingfisher_', lines);
}

/** The value before the name: names are long, and what one looks for is the value. */
function aligned(samples: string[]): string[] {
  const rows = samples.map((sample) => {
    const at = sample.lastIndexOf(' ');
    return { name: sample.slice(0, at), value: shortened(sample.slice(at + 1)) };
  });
  const width = Math.max(...rows.map(({ value }) => value.length));
  return rows.map(({ name, value }) => `${value.padStart(width)}  ${name}`);
}

/** `21.756932823000007` is 21.757. */
function shortened(value: string): string {
  return /^-?\d+\.\d{4,}$/.test(value) ? Number(value).toFixed(3) : value;
}
