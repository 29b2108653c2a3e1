import { metricsOf } from '../../../../src/host/series/promql';

const names = (query: string) => metricsOf(query).names;

it.each([
  ['sum by (le) (rate(kingfisher_x_bucket{job="a",instance=~"$i"}[5m])) > 5', ['kingfisher_x_bucket']],
  ['a_b offset 5m / on(x) group_left c:d_e', ['a_b', 'c:d_e']],
  ['up or up', ['up']],
  ['{__name__="a_b", x="y"}', ['a_b']],
  ['rate({"a.b", x="y"}[5m])', ['a.b']],
  ['absent(up{job="k"} == 1) and vector(1)', ['up']],
  ['floor(sum(increase(rate[5m]))) > 5', ['rate']],
])('%s asks for %p', (query, expected) => {
  expect(metricsOf(query)).toEqual({ names: expected, isWhole: true });
});

it.each([
  ['rate(x[$__rate_interval])', ['x']],
  ['max_over_time(x[${window}:$step])', ['x']],
  ['x offset $back', ['x']],
  ['x{job=~"$job", instance="[[instance]]"}', ['x']],
  ['topk($n, x)', ['x']],
  ['x > $limit', ['x']],
])('a variable of Grafana that is no name of a metric hides nothing: %s', (query, expected) => {
  expect(metricsOf(query)).toEqual({ names: expected, isWhole: true });
});

it.each(['rate($metric[5m])', 'kingfisher_${kind}_total', '{__name__=~"a.*"}', 'label_values(foo, bar)', 'rate(x[5m', ''])(
  'nobody can say what else is asked for: %s',
  (query) => {
    expect(metricsOf(query).isWhole).toBe(false);
    expect(names(query).join()).not.toContain('VARIABLE');
  },
);
