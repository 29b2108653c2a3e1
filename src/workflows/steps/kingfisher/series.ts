import type { Series, SeriesRequest, SeriesState } from '../../../shared/observations/series';
import { formatDuration } from '../../../shared/text/durations';
import type { HostSteps, StepReport } from '../../runbook/host-steps';

/** So many series are told in the timeline: the highest first. */
const TOLD = 5;

/** What one metric says. What is not known is told as such, and never as nothing. */
export function observeSeries(
  { cite, title }: { cite: string; title: string },
  steps: HostSteps,
  request: SeriesRequest,
): Promise<SeriesState | undefined> {
  return steps.observe({ cite, title }, (host) => host.observeSeries(request), describeSeries);
}

/** `kingfisher_pipeline_failures_total in 5m: 31 (step=openai reason=429), 2 (step=images reason=decode)` */
export function describeSeries(state: SeriesState): StepReport {
  const { name, answer, series, dropped, windowMs, detail } = state;
  if (answer !== 'ok') return { status: 'notSo', detail: `${name} is not known: ${detail === '' ? answer : detail}` };
  const over = windowMs === 0 ? '' : ` in ${formatDuration(windowMs)}`;
  const more = Math.max(0, series.length - TOLD) + dropped;
  const told = series.slice(0, TOLD).map(seriesText);
  const said = told.length === 0 ? 'nothing' : [...told, ...(more === 0 ? [] : [`${more} more`])].join(', ');
  return `${name}${over}: ${said}${detail === '' ? '' : ` (from /metrics; ${detail})`}`;
}

function seriesText({ labels, value }: Series): string {
  const of = Object.entries(labels).map(([label, text]) => `${label}=${text}`);
  const rounded = Number(value.toPrecision(3));
  return of.length === 0 ? String(rounded) : `${rounded} (${of.join(' ')})`;
}
