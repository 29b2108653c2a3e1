import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import { readMetrics } from '../probes/metrics';

/** One line of `/metrics`. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** What `/metrics` exposes. */
export interface Exposition {
  samples: Sample[];
  /** Families that are announced; one without samples has counted nothing yet. */
  families: Set<string>;
}

/** A whole body of `/metrics`; undefined where Prometheus could not read it. */
export function readExposition(body: string): Exposition | undefined {
  if (readMetrics(`${body}\n`).format !== 'prometheus') return undefined;
  const lines = body.split('\n').map((line) => line.trim());
  const announced = lines.flatMap((line) => /^# TYPE (\S+) /.exec(line)?.[1] ?? []);
  // Without their types, buckets stay samples of their own: merged, the parser forgets their labels.
  const said = lines.filter((line) => line !== '' && !line.startsWith('#')).map(withoutExemplar);
  const samples = parsePrometheusTextFormat(`${said.join('\n')}\n`).flatMap(({ name, metrics }) =>
    metrics.map(({ labels = {}, value }) => ({ name, labels, value: numberOf(value) })),
  );
  return { samples, families: new Set([...announced, ...samples.map(({ name }) => name)]) };
}

/** OpenMetrics may say behind a value which request it was. */
function withoutExemplar(line: string): string {
  return line.replace(/ # \{.*$/, '');
}

function numberOf(text: string): number {
  return Number(text.replace(/^([+-]?)Inf$/i, '$1Infinity'));
}
