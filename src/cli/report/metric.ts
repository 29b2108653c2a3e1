import type { IncidentView } from '../../shared/incident';
import type { Chart, ChartSeries } from '../../shared/report/document';
import { cut } from '../../shared/text/text';

const TIMEOUT_MS = 5_000;
/** Before the alert and after the end. */
const AROUND_MS = 30 * 60_000;
const POINTS = 240;
const LEAST_STEP_S = 15;
const MOST_SERIES = 5;
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_TITLE = 120;

type Metric = { chart: Chart } | { absent: string };

/**
 * The metric that alerted, before and after, asked of Prometheus by the expression that the alert links to. Never asked where
 * that link leads: the alert's text is anybody's.
 *
 * @param prometheus its address, null where none is configured
 */
export async function metricOf(
  view: IncidentView,
  prometheus: string | null,
  { endedAt, madeAt }: { endedAt: string | null; madeAt: string },
): Promise<Metric> {
  const written = expressionOf(view.generatorUrl);
  if (written === null) return { absent: 'the alert has no link to its expression (generatorURL)' };
  if (prometheus === null) {
    return { absent: 'no Prometheus is configured here (agent.prometheus.url, or --prometheus)' };
  }
  const { expression, limit } = withoutComparison(written);
  const end = view.measures.healthyAt ?? view.measures.closedAt ?? endedAt ?? madeAt;
  const from = (Date.parse(view.startsAt) - AROUND_MS) / 1_000;
  const until = Math.min(Date.parse(end) + AROUND_MS, Date.parse(madeAt)) / 1_000;
  try {
    const series = await ask(prometheus, { expression, from, until }, view.labels);
    if (series.length === 0)
      return { absent: `Prometheus has no values of ${cut(expression, MOST_TITLE)} for that time` };
    const marks = [
      { at: Date.parse(view.startsAt), label: 'alert' },
      ...(view.measures.healthyAt === null ? [] : [{ at: Date.parse(view.measures.healthyAt), label: 'well' }]),
    ];
    const title = cut(expression, MOST_TITLE);
    return {
      chart: { title, unit: '', series, marks, ...(limit === null ? {} : { limit: { value: limit, label: 'limit' } }) },
    };
  } catch (err) {
    return { absent: `Prometheus could not be asked (${reasonOf(err)})` };
  }
}

/** The expression in Prometheus' own link: `…/graph?g0.expr=up%20%3D%3D%200&g0.tab=1`. */
export function expressionOf(generatorUrl: string | undefined): string | null {
  if (generatorUrl === undefined || !URL.canParse(generatorUrl)) return null;
  const expression = new URL(generatorUrl).searchParams.get('g0.expr')?.trim() ?? '';
  return expression === '' ? null : expression;
}

/** `up == 0` has no value while it is well: what is compared is drawn, and the number beside it. */
export function withoutComparison(expression: string): { expression: string; limit: number | null } {
  const [, left, limit] =
    /^(.*[^<>=!\s])\s*(?:[<>]=?|[!=]=)\s*(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/is.exec(expression) ?? [];
  const isWhole = left !== undefined && isBalanced(left) && !/\b(?:and|or|unless)\b/i.test(left);
  return isWhole ? { expression: left, limit: Number(limit) } : { expression, limit: null };
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const letter of text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '')) {
    if (letter === '(') depth += 1;
    if (letter === ')') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

interface Range {
  expression: string;
  /** Seconds since 1970. */
  from: number;
  until: number;
}

interface Answer {
  data?: { result?: { metric?: Record<string, string>; values?: [number, string][] }[] };
  error?: string;
}

/** Those with the labels of the alert first. */
async function ask(prometheus: string, range: Range, labels: Record<string, string>): Promise<ChartSeries[]> {
  const { data, error } = await fetched(prometheus, range);
  if (error !== undefined) throw new Error(error);
  const found = (data?.result ?? []).map(({ metric = {}, values = [] }) => ({
    metric,
    points: values.map(([at, value]): [number, number] => [at * 1_000, Number(value)]),
    alike: Object.entries(metric).filter(([name, value]) => labels[name] === value).length,
  }));
  const most = Math.max(...found.map(({ alike }) => alike));
  return found
    .filter(({ alike }) => alike === most)
    .slice(0, MOST_SERIES)
    .map(({ metric, points }) => ({ name: nameOf(metric), points }));
}

async function fetched(prometheus: string, { expression, from, until }: Range): Promise<Answer> {
  const url = new URL(prometheus);
  const { username, password } = url;
  url.username = url.password = '';
  url.pathname = `${url.pathname.replace(/\/$/, '')}/api/v1/query_range`;
  const step = Math.max(LEAST_STEP_S, Math.ceil((until - from) / POINTS));
  url.search = new URLSearchParams({
    query: expression,
    start: String(from),
    end: String(until),
    step: String(step),
  }).toString();
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const headers: Record<string, string> = username === '' ? {} : { Authorization: `Basic ${basic}` };
  const response = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  const text = await response.text();
  if (text.length > MOST_BYTES) throw new Error('its answer is too large');
  if (!response.ok && !text.startsWith('{')) throw new Error(`it answered ${response.status}`);
  return JSON.parse(text) as Answer;
}

function nameOf({ __name__: name = '', ...labels }: Record<string, string>): string {
  const some = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return cut(`${name}${some.length === 0 ? '' : `{${some.join(', ')}}`}` || 'value', MOST_TITLE);
}

/** Without the address, which may have a password. */
function reasonOf(err: unknown): string {
  const { name, message, cause } = err as { name?: string; message?: string; cause?: { code?: string } };
  if (name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1_000} s`;
  return cut(cause?.code ?? message ?? 'no reason given', MOST_TITLE);
}
