import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import {
  deployFile,
  LAB_PACE,
  labAlertmanager,
  labPrometheus,
  labRules,
  prometheusTimes,
  type MonitoringTarget,
  scrapeMs,
  type Pace,
  type LabRules,
  type PrometheusTimes,
} from './monitoring-config';
import { answers, Daemon } from '../daemon';
import { freePorts } from '../temporal/ports';

export interface MonitoringOptions {
  targets: MonitoringTarget[];
  /** Where Alertmanager posts: intake's `/api/v1/alerts`. */
  webhookUrl: string;
  /** Bearer token of intake. */
  webhookToken?: string;
  /** Configuration, data and logs go here; created when missing, left behind by `stop`. */
  directory: string;
  /** @default 15 times as fast as deployed: scrapes every second, `for` of 2 s */
  pace?: Pace;
  /** @default as deployed but for their pace */
  rules?: LabRules;
}

export interface Monitoring {
  prometheusUrl: string;
  alertmanagerUrl: string;
  /** To be restarted and stopped by tests. */
  alertmanager: Daemon;
  prometheus: Daemon;
  /** Ends all three servers. May be called again. */
  stop(): Promise<void>;
}

interface Addresses {
  prometheus: string;
  alertmanager: string;
  blackbox: string;
}

/** On top of one scrape interval: Prometheus begins about five seconds after its start. */
const WATCHING_WITHIN_MS = 20_000;

/**
 * Runs the deployed Prometheus rules for real: Prometheus, Alertmanager and blackbox_exporter on free loopback ports,
 * configured from deploy/. Returns once every target was looked at for the first time, well or not. They end with `stop` or
 * with this process.
 *
 * Errors: a program is missing, does not become ready or does not watch; nothing is left running then.
 */
export async function startMonitoring(options: MonitoringOptions): Promise<Monitoring> {
  const [first, second, third] = (await freePorts(3)).map((port) => `127.0.0.1:${port}`);
  const addresses: Addresses = { prometheus: first!, alertmanager: second!, blackbox: third! };
  writeConfiguration(options, addresses);
  const { directory, pace = LAB_PACE } = options;
  const prometheus = prometheusCommand(directory, addresses.prometheus, prometheusTimes(pace));
  const alertmanager = alertmanagerCommand(directory, addresses.alertmanager);
  const servers = [prometheus, alertmanager, blackboxCommand(directory, addresses.blackbox)];
  await startAll(servers);
  const prometheusUrl = `http://${addresses.prometheus}`;
  try {
    await untilWatching(prometheusUrl, options.targets.length, scrapeMs(pace) + WATCHING_WITHIN_MS);
  } catch (error) {
    await stopAll(servers);
    throw error;
  }
  const alertmanagerUrl = `http://${addresses.alertmanager}`;
  return { prometheusUrl, alertmanagerUrl, prometheus, alertmanager, stop: () => stopAll(servers) };
}

function writeConfiguration(options: MonitoringOptions, addresses: Addresses): void {
  const { directory, targets, webhookUrl, webhookToken, pace = LAB_PACE, rules } = options;
  mkdirSync(directory, { recursive: true });
  const tokenFile = webhookToken === undefined ? undefined : join(directory, 'webhook-token');
  if (tokenFile !== undefined) writeFileSync(tokenFile, webhookToken!, { mode: 0o600 });
  const places = {
    targets,
    pace,
    alertmanagerAddress: addresses.alertmanager,
    blackboxAddress: addresses.blackbox,
  };
  writeYaml(join(directory, 'kingfisher.rules.yml'), labRules(pace, rules));
  writeYaml(join(directory, 'prometheus.yml'), labPrometheus(places));
  writeYaml(join(directory, 'alertmanager.yml'), labAlertmanager(webhookUrl, pace, tokenFile));
}

function writeYaml(path: string, content: unknown): void {
  writeFileSync(path, stringify(content));
}

function prometheusCommand(directory: string, address: string, { resendDelay }: PrometheusTimes): Daemon {
  return new Daemon({
    name: 'prometheus',
    command: [
      'prometheus',
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'prometheus')}`,
      '--storage.tsdb.retention.time=1d',
      `--rules.alert.resend-delay=${resendDelay}`,
      `--web.listen-address=${address}`,
      `--web.external-url=http://${address}`,
    ],
    logFile: join(directory, 'prometheus.log'),
    isReady: () => answers(`http://${address}/-/ready`),
  });
}

function alertmanagerCommand(directory: string, address: string): Daemon {
  return new Daemon({
    name: 'alertmanager',
    command: [
      'prometheus-alertmanager',
      `--config.file=${join(directory, 'alertmanager.yml')}`,
      `--storage.path=${join(directory, 'alertmanager')}`,
      `--web.listen-address=${address}`,
      `--web.external-url=http://${address}`,
      // A single one: no gossip, so no second port.
      '--cluster.listen-address=',
    ],
    logFile: join(directory, 'alertmanager.log'),
    isReady: () => answers(`http://${address}/-/ready`),
  });
}

function blackboxCommand(directory: string, address: string): Daemon {
  return new Daemon({
    name: 'blackbox_exporter',
    command: [
      'prometheus-blackbox-exporter',
      `--config.file=${deployFile('blackbox', 'blackbox.yml')}`,
      `--web.listen-address=${address}`,
      // Its default of half a second would be half of a lab's scrape timeout.
      '--timeout-offset=0.1',
    ],
    logFile: join(directory, 'blackbox.log'),
    isReady: () => answers(`http://${address}/-/healthy`),
  });
}

/** Every target has been scraped and probed once, so that a fault from now on is seen at the next look. */
async function untilWatching(prometheusUrl: string, targets: number, withinMs: number): Promise<void> {
  const query = 'count(up{job="kingfisher"} or probe_success{job="kingfisher-ready"})';
  const deadline = Date.now() + withinMs;
  while ((await firstValue(prometheusUrl, query)) !== 2 * targets) {
    if (Date.now() > deadline) throw new Error(`prometheus has not looked at all of ${targets} targets in time`);
    await sleep(100);
  }
}

async function firstValue(prometheusUrl: string, query: string): Promise<number> {
  const response = await fetch(`${prometheusUrl}/api/v1/query?query=${encodeURIComponent(query)}`);
  const answer = (await response.json()) as { data?: { result: { value: [number, string] }[] } };
  return Number(answer.data?.result[0]?.value[1] ?? 0);
}

/** All of them, or none. */
async function startAll(servers: Daemon[]): Promise<void> {
  const results = await Promise.allSettled(servers.map((server) => server.start()));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return;
  await stopAll(servers);
  throw failed.reason;
}

async function stopAll(servers: Daemon[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}
