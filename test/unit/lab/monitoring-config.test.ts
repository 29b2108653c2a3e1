import { parseDuration } from '../../../src/shared/text/durations';
import {
  LAB_PACE,
  labAlertmanager,
  labPrometheus,
  labRules,
  prometheusTimes,
  readRules,
  scrapeMs,
} from '../../../lab/monitoring/monitoring-config';
import type { LabRules, Pace } from '../../../lab/monitoring/monitoring-config';

const WEBHOOK = 'http://127.0.0.1:1/api/v1/alerts';

/** Every time of monitoring, in milliseconds. */
function times(pace: Pace): Record<string, number> {
  const places = { targets: [], alertmanagerAddress: 'a:1', blackboxAddress: 'b:1', pace };
  const { scrape_interval, scrape_timeout, evaluation_interval } = labPrometheus(places).global;
  const { group_wait, group_interval, repeat_interval } = labAlertmanager(WEBHOOK, pace).route;
  const down = labRules(pace).groups[0]!.rules.find((rule) => rule.alert === 'KingfisherServiceDown')!;
  const all = { scrape_interval, scrape_timeout, evaluation_interval, group_wait, group_interval, repeat_interval };
  const texts = { ...all, for: down.for, ...prometheusTimes(pace) };
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, parseDuration(String(text))!]));
}

it('is as deployed where nothing is shortened', () => {
  expect(labRules('deployed')).toEqual(readRules());
  expect(times('deployed')).toMatchObject({ scrape_interval: 15_000, for: 30_000, group_interval: 30_000 });
});

it('shortens every time by the same factor', () => {
  const deployed = times('deployed');
  for (const pace of [2, LAB_PACE]) {
    const expected = Object.entries(deployed).map(([name, ms]) => [name, Math.ceil(ms / pace)]);
    expect(times(pace)).toEqual(Object.fromEntries(expected));
    expect(scrapeMs(pace)).toBe(15_000 / pace);
  }
});

it('leaves what the rules say alone', () => {
  const said = ({ groups }: ReturnType<typeof readRules>) =>
    groups.flatMap((group) => group.rules.map(({ for: _for, ...rule }) => rule));
  expect(said(labRules(LAB_PACE))).toEqual(said(readRules()));
});

it('takes what is about KingFisher, and calls nobody', () => {
  const places = { targets: [], alertmanagerAddress: 'a:1', blackboxAddress: 'b:1', pace: LAB_PACE };
  const jobs = labPrometheus(places).scrape_configs.map(({ job_name }) => job_name);
  expect(jobs).toEqual(['kingfisher', 'kingfisher-ready']);
  const { route, receivers } = labAlertmanager(WEBHOOK, LAB_PACE);
  expect(route).not.toHaveProperty('routes');
  expect(receivers).toEqual([{ name: 'halcyon', webhook_configs: [expect.objectContaining({ url: WEBHOOK })] }]);
});

it('shortens the windows of expressions as well, where that is asked for', () => {
  const exprs = (windows: 'kept' | 'paced') =>
    labRules(LAB_PACE, { windows }).groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
  expect(exprs('kept').join()).toContain('increase(kingfisher_images_downloaded_total{job="kingfisher"}[15m])');
  expect(exprs('paced').join()).toContain('increase(kingfisher_images_downloaded_total{job="kingfisher"}[60000ms])');
  expect(exprs('paced').join()).toContain('offset 60000ms');
  expect(exprs('paced').join()).not.toMatch(/\[\d+m\]/);
});

it('lets images be due at any hour, where that is asked for', () => {
  const stalled = (rules: LabRules) =>
    labRules('deployed', rules)
      .groups.flatMap((group) => group.rules)
      .find(({ alert }) => alert === 'KingfisherImageProcessingStalled')!.expr;
  expect(stalled({})).toContain('hour() * 60 + minute()');
  expect(stalled({ hours: 'always' })).toMatch(/up\{job="kingfisher"\} == 1\s+\)\s*$/);
});
