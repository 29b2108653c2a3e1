import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { parseDuration } from '../../src/shared/text/durations';
import { projectDir } from '../project';

/** One KingFisher to watch. */
export interface MonitoringTarget {
  /** The host's name: `instance` becomes `<host>:8201`. */
  host: string;
  /** `127.0.0.1:port` that reaches that host's :8201. */
  address: string;
}

/** What the deployed files do not know: where things are in a lab, and how fast it runs. */
export interface LabPlaces {
  targets: MonitoringTarget[];
  alertmanagerAddress: string;
  blackboxAddress: string;
  pace: Pace;
}

/**
 * How fast monitoring runs: as deployed, or every time of it divided by one factor. Scrapes, `for`, grouping and
 * repeating are shortened together: what is seen between two scrapes is as much in a lab as in production.
 */
export type Pace = 'deployed' | number;

/** Scrapes every second. */
export const LAB_PACE = 15;

/** Times that Prometheus has no configuration for. */
export interface PrometheusTimes {
  /** How often a firing alert is sent again. Alertmanager forgets one that was not sent four times. */
  resendDelay: string;
}

export interface AlertRule {
  alert: string;
  expr: string;
  for?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export interface RulesFile {
  groups: { name: string; interval?: string; rules: AlertRule[] }[];
}

export interface PrometheusConfig {
  global: Record<string, string>;
  rule_files: string[];
  alerting: { alertmanagers: { static_configs: { targets: string[] }[] }[] };
  scrape_configs: ScrapeConfig[];
}

interface ScrapeConfig {
  job_name: string;
  static_configs: { targets: string[]; labels?: Record<string, string> }[];
  relabel_configs?: { target_label?: string; replacement?: string; source_labels?: string[]; regex?: string }[];
}

export interface AlertmanagerConfig {
  route: Record<string, unknown>;
  receivers: { name: string; webhook_configs: WebhookConfig[] }[];
}

interface WebhookConfig {
  url: string;
  http_config?: { authorization?: { type: string; credentials_file: string } } & Record<string, unknown>;
}

/** KingFisher's port, the second half of `instance`. */
const SERVICE_PORT = 8201;

/** `h1` becomes `h1:8201`. */
export function instanceOf(host: string): string {
  return `${host}:${SERVICE_PORT}`;
}

/** Absolute path of a file under deploy/. */
export function deployFile(...parts: string[]): string {
  return join(projectDir, 'deploy', ...parts);
}

/** The deployed alerting rules of the runbooks, as they are. */
export function readRules(): RulesFile {
  return readYaml<RulesFile>('prometheus', 'kingfisher.rules.yml');
}

/** What differs in the lab's rules, besides their pace. */
export interface LabRules {
  /**
   * The windows in the rules' expressions. A threshold is one of events within its window: `kept` asks for as many events as
   * on a site. `paced` are shorter as everything else is, and ask for as many events in less time.
   *
   * @default kept
   */
  windows?: 'kept' | 'paced';
  /** When images are due: in the deployed rule's business hours, or `always`, for what is played at any hour. @default kept */
  hours?: 'kept' | 'always';
}

/** The deployed rules at a pace of their own. */
export function labRules(pace: Pace, { windows = 'kept', hours = 'kept' }: LabRules = {}): RulesFile {
  const file = readRules();
  const inLab = (rule: AlertRule) => {
    const quick = paced(rule, pace, ['for']);
    const short = windows === 'paced' ? pacedWindows(quick, pace) : quick;
    return hours === 'always' ? atAnyHour(short) : short;
  };
  const groups = file.groups.map((group) => ({ ...group, rules: group.rules.map(inLab) }));
  return { ...file, groups };
}

/** Prometheus' own default of a minute, at this pace. */
export function prometheusTimes(pace: Pace): PrometheusTimes {
  return paced({ resendDelay: '1m' }, pace, ['resendDelay']);
}

/** From one scrape to the next. */
export function scrapeMs(pace: Pace): number {
  const { global } = readYaml<PrometheusConfig>('prometheus', 'prometheus.yml');
  return milliseconds(paced(global, pace, ['scrape_interval'])['scrape_interval']!);
}

/** The longest that the deployed rule takes from a death to a message at intake: each wait at its longest. */
export function detectionMs(pace: Pace): number {
  const { global } = readYaml<PrometheusConfig>('prometheus', 'prometheus.yml');
  const { route } = readYaml<AlertmanagerConfig>('alertmanager', 'alertmanager.yml');
  const rule = readRules().groups[0]!.rules.find(({ alert }) => alert === 'KingfisherServiceDown');
  const waits = [global['scrape_interval'], global['scrape_timeout'], global['evaluation_interval'], rule?.for];
  const sum = [...waits, route['group_wait']].reduce((total: number, wait) => total + milliseconds(String(wait)), 0);
  return pace === 'deployed' ? sum : sum / pace;
}

/** `increase(x[5m])`, `x offset 15m` */
function pacedWindows(rule: AlertRule, pace: Pace): AlertRule {
  if (pace === 'deployed') return rule;
  const shorter = (duration: string) => `${Math.ceil(milliseconds(duration) / pace)}ms`;
  const expr = rule.expr
    .replace(/\[(\w+)\]/g, (_, duration: string) => `[${shorter(duration)}]`)
    .replace(/\boffset (\w+)/g, (_, duration: string) => `offset ${shorter(duration)}`);
  return { ...rule, expr };
}

/** `and on () (hour() * 60 + minute() >= 495 < 1320)` */
function atAnyHour(rule: AlertRule): AlertRule {
  return { ...rule, expr: rule.expr.replace(/\band on \(\) \(hour\(\)[^)]*\(\)[^)]*\)/g, '') };
}

/** `of` with these durations of it divided by the pace. */
function paced<T extends object>(of: T, pace: Pace, keys: (keyof T & string)[]): T {
  if (pace === 'deployed') return of;
  const present = keys.filter((key) => of[key] !== undefined);
  const shortened = present.map((key) => [key, `${Math.ceil(milliseconds(String(of[key])) / pace)}ms`]);
  return { ...of, ...(Object.fromEntries(shortened) as Partial<T>) };
}

function milliseconds(text: string): number {
  const parsed = parseDuration(text);
  if (parsed === undefined) throw new Error(`expected a duration such as "30s", got "${text}"`);
  return parsed;
}

/** The deployed prometheus.yml with the lab's targets and addresses, at its pace. Rules are read beside it. */
export function labPrometheus(places: LabPlaces): PrometheusConfig {
  const config = readYaml<PrometheusConfig>('prometheus', 'prometheus.yml');
  return {
    ...config,
    global: paced(config.global, places.pace, ['scrape_interval', 'scrape_timeout', 'evaluation_interval']),
    // Only the runbooks' alerts: a lab that is still starting is no gap in the monitoring.
    rule_files: ['kingfisher.rules.yml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [places.alertmanagerAddress] }] }] },
    // Nor is Halcyon itself watched: its own alerts go to people, and there are none.
    scrape_configs: config.scrape_configs
      .filter(({ job_name }) => job_name.startsWith('kingfisher'))
      .map((job) => labJob(job, places)),
  };
}

function labJob(job: ScrapeConfig, places: LabPlaces): ScrapeConfig {
  const labJob = { ...job, static_configs: places.targets.map(staticConfig) };
  if (job.relabel_configs === undefined) return labJob;
  const relabel_configs = job.relabel_configs.map((rule) =>
    rule.target_label === '__address__' ? { ...rule, replacement: places.blackboxAddress } : rule,
  );
  return { ...labJob, relabel_configs };
}

function staticConfig(target: MonitoringTarget): ScrapeConfig['static_configs'][number] {
  return { targets: [target.address], labels: { instance: instanceOf(target.host) } };
}

/** The deployed alertmanager.yml that reports to the lab's intake, at its pace. */
export function labAlertmanager(webhookUrl: string, pace: Pace, tokenFile?: string): AlertmanagerConfig {
  const config = readYaml<AlertmanagerConfig>('alertmanager', 'alertmanager.yml');
  const { routes: _routes, ...route } = config.route;
  return {
    ...config,
    route: paced(route, pace, ['group_wait', 'group_interval', 'repeat_interval']),
    receivers: config.receivers
      .filter(({ name }) => name === route['receiver'])
      .map(({ webhook_configs, ...receiver }) => ({
        ...receiver,
        webhook_configs: webhook_configs.map((webhook) => labWebhook(webhook, webhookUrl, tokenFile)),
      })),
  };
}

function labWebhook(webhook: WebhookConfig, url: string, tokenFile?: string): WebhookConfig {
  const { authorization, ...http } = webhook.http_config ?? {};
  if (tokenFile === undefined || authorization === undefined) return { ...webhook, url, http_config: http };
  return {
    ...webhook,
    url,
    http_config: { ...http, authorization: { ...authorization, credentials_file: tokenFile } },
  };
}

function readYaml<T>(...parts: string[]): T {
  return parse(readFileSync(deployFile(...parts), 'utf8')) as T;
}
