import type { BrokenRule, MetricCatalogue } from '../../../shared/observations/monitoring';
import type { Dashboard, DashboardFiles } from '../../../shared/report/review';
import { counted, listed } from '../../../shared/text/text';
import type { Task, TaskResult } from '../task';

/** What a family's samples are called besides itself. */
const ENDING = /_(?:bucket|sum|count|created|total)$/;

interface BrokenPanel {
  dashboard: string;
  panel: string;
  missing: string[];
}

/** "Update monitoring dashboard": what panels and rules ask for that nobody has, and what is exposed that no panel shows. */
export const dashboard: Task = {
  cite: 'G.6',
  title: 'Monitoring dashboard',
  async work(site) {
    const files = await site.read('Dashboards', (control) => control.observeDashboards());
    const asked = [...new Set(files.dashboards.flatMap(({ panels }) => panels.flatMap(({ metrics }) => metrics)))];
    const catalogue = await site.look('Metrics that exist', (host) => host.observeMetricCatalogue({ asked }));
    return files.dashboards.length + files.unreadable.length === 0
      ? withoutDashboards(catalogue)
      : reviewed(files, catalogue);
  },
};

function withoutDashboards(catalogue: MetricCatalogue): TaskResult {
  const detail = 'no dashboard is named: list files of Grafana under maintenance.dashboards of the controller';
  const broken = catalogue.rules?.broken ?? [];
  const lines = [...broken.map(ruleLine), ...asides(catalogue)];
  return { state: 'notConfigured', detail: `${detail}; ${rulesText(catalogue)}`, lines, toDo: toDoOf([], broken, []) };
}

function reviewed({ dashboards, unreadable }: DashboardFiles, catalogue: MetricCatalogue): TaskResult {
  const panels = dashboards.flatMap((one) => one.panels);
  const broken = dashboards.flatMap((one) => brokenPanels(one, catalogue.missing));
  const rules = catalogue.rules?.broken ?? [];
  const unshown = unshownMetrics(
    panels.flatMap(({ metrics }) => metrics),
    catalogue.own ?? [],
  );
  const detail = [
    `${counted(panels.length, 'panel')} of ${counted(dashboards.length, 'dashboard')}: ${broken.length} ${asks(broken.length)} for metrics that do not exist`,
    ...(catalogue.own === null ? [] : [`${counted(unshown.length, 'metric')} of KingFisher in no panel`]),
    rulesText(catalogue),
    ...(unreadable.length === 0 ? [] : [`${counted(unreadable.length, 'file')} cannot be read`]),
  ].join('; ');
  const lines = [
    ...unreadable.map(({ file, why }) => `${file}: ${why}`),
    ...broken.map(({ dashboard: of, panel, missing }) => `"${panel}" of "${of}" asks for ${listed(missing)}`),
    ...rules.map(ruleLine),
    ...(unshown.length === 0 ? [] : [`in no panel: ${unshown.join(', ')}`]),
    ...unclear(dashboards),
    ...asides(catalogue),
  ];
  const state = dashboards.length === 0 ? 'failed' : 'done';
  return {
    state,
    detail,
    lines,
    toDo: toDoOf(
      broken,
      rules,
      unreadable.map(({ file }) => file),
    ),
  };
}

function brokenPanels({ title, panels }: Dashboard, missing: readonly string[]): BrokenPanel[] {
  return panels.flatMap((panel) => {
    const without = panel.metrics.filter((name) => missing.includes(name));
    return without.length === 0 ? [] : [{ dashboard: title, panel: panel.title, missing: without }];
  });
}

function asks(howMany: number): string {
  return howMany === 1 ? 'asks' : 'ask';
}

/** By families: a panel of `x_bucket` shows `x`. */
function unshownMetrics(shown: readonly string[], own: readonly string[]): string[] {
  const families = new Set(shown.map((name) => name.replace(ENDING, '')));
  return own.filter((name) => !families.has(name.replace(ENDING, '')));
}

function rulesText({ rules }: MetricCatalogue): string {
  if (rules === null) return 'rules of Prometheus were not looked at';
  const { length } = rules.broken;
  return `${length} of ${counted(rules.read, 'rule')} of Prometheus ${asks(length)} for metrics that do not exist`;
}

function ruleLine({ rule, missing }: BrokenRule): string {
  return `rule ${rule} asks for ${listed(missing)}`;
}

/** Panels of which nobody can say all that they ask for. */
function unclear(dashboards: readonly Dashboard[]): string[] {
  const panels = dashboards.flatMap(({ title, panels: all }) =>
    all.filter(({ isWhole }) => !isWhole).map((panel) => `"${panel.title}" of "${title}"`),
  );
  return panels.length === 0 ? [] : [`a pattern, a variable or no PromQL, looked at in part: ${panels.join(', ')}`];
}

/** What was looked at in part, and why. */
function asides({ source, troubles, unknown }: MetricCatalogue): string[] {
  const only = "without Prometheus only KingFisher's own metrics are known";
  return [
    ...troubles,
    ...(source === 'metrics' && unknown.length > 0 ? [`${only}; not looked at: ${unknown.join(', ')}`] : []),
    ...(source === 'metrics' && unknown.length === 0 ? [only] : []),
  ];
}

function toDoOf(panels: BrokenPanel[], rules: BrokenRule[], files: string[]): string | null {
  const names = [...new Set([...panels, ...rules].flatMap(({ missing }) => missing))];
  const asking = [
    ...(panels.length === 0 ? [] : [counted(panels.length, 'panel')]),
    ...(rules.length === 0 ? [] : [counted(rules.length, 'rule')]),
  ];
  const parts = [
    ...(names.length === 0
      ? []
      : [
          `Correct ${listed(asking)}, which ${asks(panels.length + rules.length)} for what nobody exposes: ${names.join(', ')}`,
        ]),
    ...(files.length === 0 ? [] : [`Name a readable file under maintenance.dashboards for ${files.join(', ')}`]),
  ];
  return parts.length === 0 ? null : parts.join('. ');
}
