import type { SeriesState } from '../../../shared/observations/series';
import { formatDuration } from '../../../shared/text/durations';
import type { Task, TaskResult } from '../task';

const WEEK_MS = 604_800_000;
const BY = ['type'];

/** `curl -s http://localhost:8201/metrics | grep security_violations`: of the whole week where Prometheus has it. */
export const violations: Task = {
  cite: 'G.5',
  title: 'Security violations reviewed',
  async work(site) {
    const week = await site.look('Security violations of the week', (host) =>
      host.observeSeries({ metric: 'securityViolations', by: BY, kind: 'increase', windowMs: WEEK_MS }),
    );
    if (week.answer === 'ok' && week.source === 'prometheus') {
      return reviewed(week, `in ${formatDuration(week.windowMs)}, by Prometheus`);
    }
    const now = await site.look('Security violations that /metrics counts', (host) =>
      host.observeSeries({ metric: 'securityViolations', by: BY, kind: 'now' }),
    );
    if (now.answer !== 'ok') return { state: 'failed', detail: `not known: ${now.detail || now.answer}` };
    const since =
      now.source === 'metrics' ? "since KingFisher's last start, by its own /metrics" : 'now, by Prometheus';
    return reviewed(now, [since, week.detail].filter((text) => text !== '').join('; '));
  },
};

function reviewed({ series, dropped }: SeriesState, source: string): TaskResult {
  const all = Math.round(series.reduce((sum, { value }) => sum + value, 0));
  const lines = series.map(({ labels, value }) => `${labels['type'] ?? 'of no type'}: ${Math.round(value)}`);
  const more = dropped > 0 ? [`and ${dropped} more types`] : [];
  return { state: 'done', detail: `${all} requests were refused ${source}`, lines: [...lines, ...more] };
}
