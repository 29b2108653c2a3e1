/** In the root that enter.sh makes: starts the services, sends an alert to Alertmanager, and says what came of it as JSON. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { projectDir } from '../project';
import { until } from '../support/until';
import { readServices } from './compose-file';
import { furnishRoot } from './root';
import { RunningServices } from './services';

/** What came of it. */
export interface ComposeResult {
  /** What the stand-in for Slack got, of all channels. */
  pages: string[];
  /** What the one for PagerDuty got. */
  incidents: { service: string; status: string; summaries: string[] }[];
  /** Alerts of the incidents on the record. */
  recorded: string[];
  /** Alerting rules that Prometheus has read. */
  rules: string[];
  /** Alertmanagers that it sends to. */
  alertmanagers: string[];
  /** Whether it sees intake as ready. */
  intakeReady: boolean;
}

const ALERT = 'ComposeCheck';
const PATIENCE_MS = 180_000;

async function main(temporalCli: string): Promise<void> {
  const secret = () => randomBytes(16).toString('hex');
  const variables = { TEMPORAL_DATABASE_PASSWORD: secret(), HALCYON_STORE_PASSWORD: secret() };
  const services = readServices(variables);
  furnishRoot(temporalCli);
  const running = new RunningServices(services, envFiles(secret()), (line) => process.stderr.write(`${line}\n`));
  try {
    await running.startAll();
    process.stdout.write(`${JSON.stringify(await sendAlert(variables.HALCYON_STORE_PASSWORD))}\n`);
  } finally {
    await running.stop();
  }
}

/** The examples, filled in as a trial with the stand-ins is. */
function envFiles(token: string): Record<string, string> {
  const read = (name: string) => readFileSync(join(projectDir, 'deploy/compose', name), 'utf8');
  return {
    './deploy/compose/controller.env': read('standins.env.example'),
    './deploy/compose/intake.env': read('intake.env.example').replace(
      /^HALCYON_INTAKE_TOKEN=$/m,
      `HALCYON_INTAKE_TOKEN=${token}`,
    ),
    './deploy/compose/alertmanager.env': read('alertmanager.env.example'),
    './deploy/compose/standins.env.example': read('standins.env.example'),
  };
}

async function sendAlert(storePassword: string): Promise<ComposeResult> {
  const alert = {
    labels: { alertname: ALERT, severity: 'critical', instance: 'h1:8201' },
    annotations: { summary: 'A check' },
  };
  const response = await fetch('http://alertmanager:9093/api/v2/alerts', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([alert]),
  });
  if (!response.ok) throw new Error(`Alertmanager answered ${response.status}: ${await response.text()}`);
  const { signal } = new AbortController();
  const wait = { deadlineMs: PATIENCE_MS, signal };
  const got = await until(async () => {
    const { slack, pagerduty } = await json<{ slack: Record<string, string[]>; pagerduty: ComposeResult['incidents'] }>(
      'http://standins:9200/',
    );
    const pages = Object.values(slack).flat();
    return pages.length > 0 && pagerduty.length > 0 ? { pages, incidents: pagerduty } : undefined;
  }, wait);
  const recorded = await until(() => recordedIncidents(storePassword), wait);
  const ready = await until(async () => ((await probeSuccess()) === 1 ? true : undefined), wait);
  const rules = await json<{ data: { groups: { rules: { name: string }[] }[] } }>(
    'http://prometheus:9090/api/v1/rules',
  );
  const sendsTo = await json<{ data: { activeAlertmanagers: { url: string }[] } }>(
    'http://prometheus:9090/api/v1/alertmanagers',
  );
  return {
    pages: got?.pages ?? [],
    incidents: got?.incidents ?? [],
    recorded: recorded ?? [],
    rules: rules.data.groups.flatMap((group) => group.rules.map(({ name }) => name)),
    alertmanagers: sendsTo.data.activeAlertmanagers.map(({ url }) => url),
    intakeReady: ready ?? false,
  };
}

async function recordedIncidents(password: string): Promise<string[] | undefined> {
  const client = new Client({ connectionString: `postgres://halcyon:${password}@store:5432/halcyon` });
  await client.connect();
  try {
    const { rows } = await client.query<{ alertname: string }>('SELECT alertname FROM halcyon.incidents');
    return rows.length === 0 ? undefined : rows.map(({ alertname }) => alertname);
  } finally {
    await client.end();
  }
}

async function probeSuccess(): Promise<number> {
  const query = encodeURIComponent('probe_success{job="halcyon-intake"}');
  const answer = await json<{ data: { result: { value: [number, string] }[] } }>(
    `http://prometheus:9090/api/v1/query?query=${query}`,
  );
  return Number(answer.data.result[0]?.value[1] ?? 0);
}

async function json<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

main(process.argv[2] ?? '').then(
  () => process.exit(),
  (err: Error) => {
    process.stderr.write(`${err.stack ?? err.message}\n`);
    process.exit(1);
  },
);
