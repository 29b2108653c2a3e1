import type { DataFolder } from './data-folder';
import type { InEffect } from './in-effect';

interface Facts {
  data: DataFolder;
  inEffect: InEffect;
  configFile: string;
  withAgent: boolean;
  /** Where intake is reached. */
  host: string;
  halcyon: string;
}

const OWN_TOKEN = '/etc/alertmanager/halcyon-token';

/** What somebody needs who has just started it: where everything is, and what to do next. */
export function banner(facts: Facts): string {
  const { data, inEffect, configFile, withAgent, host, halcyon } = facts;
  const { config, usesKeptToken } = inEffect;
  const url = `http://${host}:${config.intake.port}/api/v1/alerts`;
  const token = usesKeptToken ? `the bearer token in ${data.tokenFile}` : 'the bearer token of intake.token';
  const rows = [
    ['mode', mode(inEffect)],
    ['paging', paging(inEffect)],
    ['hosts', Object.keys(config.hosts).join(', ') || 'none: every alert is recorded, and nothing is looked at'],
    ['agent', withAgent && config.agent !== null ? agent(config.agent) : 'none here; --agent starts one for this host'],
    ['Temporal UI', config.temporal.uiUrl ?? ''],
    ['webhook', `POST ${url} with ${token}`],
    ['record', config.store.url === null ? `${config.store.path ?? ''}, embedded` : 'the PostgreSQL of store.url'],
    ['data', `${data.folder}, kept between starts`],
    ['configuration', configFile],
  ];
  return [
    '',
    'Halcyon runs on this machine until Ctrl-C.',
    '',
    ...rows.map(([name = '', value = '']) => `  ${name.padEnd(13)}  ${value}`),
    '',
    'A receiver for the Alertmanager of this machine (docs/alerts.md has its routes):',
    '',
    ...receiver(url, usesKeptToken ? data.tokenFile : OWN_TOKEN),
    '',
    'In another terminal:',
    '',
    `  export HALCYON_CONFIG=${quoted(data.inEffect)}`,
    `  ${halcyon} dev alert${data.isDefault ? '' : ` --data ${quoted(data.folder)}`}    # a test alert: something to look at`,
    `  ${halcyon} incident list`,
    '',
    '',
  ].join('\n');
}

function mode({ notObserving }: InEffect): string {
  if (notObserving.length === 0) return 'observe: incidents look and say what they would do, and change nothing';
  return `observe, but not ${notObserving.join(', ')}`;
}

function paging({ config: { pagers } }: InEffect): string {
  const ways = [
    ...(pagers.slack.token === null ? [] : ['Slack']),
    ...(Object.keys(pagers.pagerduty.routingKeys).length === 0 ? [] : ['PagerDuty']),
  ];
  return ways.length === 0 ? 'nobody: there is no token and no key under pagers' : ways.join(' and ');
}

function agent({ host, allow }: { host: string; allow: readonly string[] }): string {
  return `${host}; it may ${allow.length === 0 ? 'change nothing' : `do, where a mode lets it: ${allow.join(', ')}`}`;
}

function receiver(url: string, credentials: string): string[] {
  return [
    '  receivers:',
    '    - name: halcyon',
    '      webhook_configs:',
    `        - url: ${url}`,
    '          send_resolved: true',
    '          max_alerts: 0',
    '          http_config:',
    '            follow_redirects: false',
    `            authorization: { type: Bearer, credentials_file: ${JSON.stringify(credentials)} }`,
  ];
}

/** As a shell takes it. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
