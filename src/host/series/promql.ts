import { parser } from '@prometheus-io/lezer-promql';

type Node = Parameters<Parameters<ReturnType<typeof parser.parse>['iterate']>[0]['enter']>[0];

/** What stands for a variable of Grafana while a query is read: no metric is called so. */
const PLACEHOLDER = 'GRAFANA_VARIABLE';
/** Whole names and parts of them: `$kind`, `${kind:regex}`, `[[kind]]`. */
const VARIABLE = /\$\{\w+(?:[.:]\w+)*\}|\$\w+|\[\[\w+(?::\w+)?\]\]/g;

/** What a query of PromQL asks for. */
export interface QueryMetrics {
  /** Names of metrics, each once. */
  names: string[];
  /** False where others may be asked for: it is no PromQL as a whole, or a pattern or variable stands for the name of a metric. */
  isWhole: boolean;
}

/** The metrics of a query, by Prometheus' own grammar. Variables of Grafana may stand in it. */
export function metricsOf(query: string): QueryMetrics {
  const text = withoutVariables(query);
  const names = new Set<string>();
  let isWhole = text.trim() !== '';
  let unnamed = 0;
  parser.parse(text).iterate({
    enter(node) {
      if (node.type.isError) isWhole = false;
      if (node.name === 'VectorSelector') unnamed += 1;
      const name = nameAt(node, text);
      if (name === undefined) return;
      unnamed -= 1;
      if (!name.includes(PLACEHOLDER)) names.add(name);
      else if (!isScalarPlace(node)) isWhole = false;
    },
  });
  return { names: [...names], isWhole: isWhole && unnamed <= 0 };
}

/** `rate(x[$__rate_interval])` and `x offset $back` need a duration there; anywhere else a variable is a name. */
function withoutVariables(query: string): string {
  return query
    .replace(/\[\s*(\$\{?\w+[^\]:]*\}?)\s*(?=[\]:])/g, '[5m')
    .replace(/:\s*\$\{?\w+\}?\s*\]/g, ':5m]')
    .replace(/\boffset\s+(?:\$\{\w+\}|\$\w+)/g, 'offset 5m')
    .replace(VARIABLE, PLACEHOLDER);
}

/** `up`, `{__name__="up"}` and `{"up"}` are three ways to name one. */
function nameAt(node: Node, text: string): string | undefined {
  const { name, from, to } = node;
  const parent = node.node.parent?.name;
  if (name === 'Identifier' && parent === 'VectorSelector') return text.slice(from, to);
  if (name === 'QuotedLabelName' && parent === 'LabelMatchers') return unquoted(text.slice(from, to));
  if (name !== 'UnquotedLabelMatcher') return undefined;
  const [, value] = /^__name__\s*=\s*(["'`].*["'`])$/s.exec(text.slice(from, to)) ?? [];
  return value === undefined ? undefined : unquoted(value);
}

function unquoted(text: string): string {
  return text.slice(1, -1);
}

/** `topk($n, up)` and `up > $limit`: a number is meant, and no metric. */
function isScalarPlace({ node }: Node): boolean {
  const selector = node.parent;
  const around = selector?.parent;
  if (around?.name === 'BinaryExpr') return true;
  return around?.name === 'FunctionCallBody' && selector?.nextSibling !== null;
}
