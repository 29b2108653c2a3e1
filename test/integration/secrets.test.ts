import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { IncidentView } from '../../src/shared/incident';
import { requireBuild } from '../support/build';
import { ArgvWatch } from '../support/argv-watch';
import { halcyon } from '../support/command-line';
import { closedByHand } from '../support/incidents';
import { LabSite } from '../support/sites/lab-site';
import { detailOf } from '../support/sites/recovery-site';
import { StandInPagers } from '../../lab/stand-ins/pagers';
import { waitFor } from '../support/wait-for';

/**
 * Promise 10: every secret that a configuration can hold is planted, everything that can go wrong with them goes wrong,
 * and what Halcyon leaves behind is searched for them.
 */
const HOST = 'sec';
const CONFIG = '/etc/halcyon/halcyon.yaml';
const PASSWORDS = {
  postgres: planted('postgres'),
  redis: planted('redis'),
  rabbitmq: planted('rabbitmq'),
};
/** Of the service alone: nothing in Halcyon's configuration knows it, and nothing in a log line tells what it is. */
const OWN = planted('own');
/** Is to be found: that nothing is found of the others says something only then. */
const REASON = `reason ${planted('canary')}`;

let pagers: StandInPagers;
let site: LabSite;
let secrets: string[];
let watch: ArgvWatch;

beforeAll(async () => {
  requireBuild();
  pagers = await StandInPagers.start();
  // The manager's key is refused: the answer of PagerDuty goes on the record.
  const env = { ...pagers.env, PAGERDUTY_ENGINEERING_MANAGER: planted('routing') };
  site = await LabSite.up(HOST, {
    env,
    sections: pagers.sections('1s', '3s', '5s'),
  });
  secrets = [OWN, ...Object.values(PASSWORDS), ...Object.values(env), site.stack.token];
  await plantPasswords();
  watch = new ArgvWatch(secrets);
});
afterAll(async () => {
  watch?.stop();
  await site?.down();
  await pagers?.stop();
});

function planted(what: string): string {
  return `planted-${what}-${randomBytes(8).toString('hex')}`;
}

/** Users of the agent's own with PostgreSQL, Redis and RabbitMQ, in the agent's configuration. */
async function plantPasswords(): Promise<void> {
  const { host } = site;
  const inShell = async (script: string, input: string) => await host.exec(['sh', '-ec', script], { input });
  const role = `CREATE ROLE watcher LOGIN PASSWORD '${PASSWORDS.postgres}' IN ROLE kingfisher;`;
  await inShell('cd / && exec runuser -u postgres -- psql --quiet', role);
  await inShell(
    'cat >> /etc/redis/redis.conf; systemctl restart redis-server',
    `\nuser watcher on >${PASSWORDS.redis} ~* &* +@all\n`,
  );
  await inShell('rabbitmqctl --quiet add_user watcher', `${PASSWORDS.rabbitmq}\n`);
  await host.exec(['rabbitmqctl', '--quiet', 'set_permissions', 'watcher', '.*', '.*', '.*']);
  await host.exec(['rabbitmqctl', '--quiet', 'set_user_tags', 'watcher', 'administrator']);
  const { stdout } = await host.exec(['cat', CONFIG]);
  const changed = stdout
    .replace('postgres://kingfisher:kingfisher@', `postgres://watcher:${PASSWORDS.postgres}@`)
    .replace('redis://', `redis://watcher:${PASSWORDS.redis}@`)
    .replaceAll('guest:guest@', `watcher:${PASSWORDS.rabbitmq}@`);
  await host.exec(['tee', CONFIG], { input: changed });
  await inShell('cat >> /etc/default/kingfisher', `\nSIGNING_SECRET=${OWN}\n`);
  await host.systemctl('restart', 'halcyon-agent.service');
  await host.startAgent();
}

/** When Halcyon has ended it, or can go on only with people. */
async function viewAtEnd(id: string): Promise<IncidentView> {
  const handle = site.stack.client.workflow.getHandle(id);
  await waitFor(
    async () => {
      const { outcome, state } = await handle.query<IncidentView>('timeline');
      return outcome !== null || state === 'waitingForPeople' || state === 'waitingForApproval';
    },
    { what: `${id} to come to its end`, deadlineMs: 90_000 },
  );
  return await handle.query<IncidentView>('timeline');
}

/** Every file that Temporal, controller, intake and commands left behind, with the names of the secrets that are in it. */
function filesWith(texts: string[]): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(site.directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const bytes = readFileSync(file);
    for (const text of texts.flatMap(forms)) if (bytes.includes(text)) found.push(`${file}: ${text}`);
  }
  return found;
}

/** As it is, and as a URL or base64 would have it. */
function forms(text: string): string[] {
  return [text, encodeURIComponent(text), Buffer.from(text).toString('base64').replace(/=+$/, '')];
}

it('no secret is in a history, a log, a page, an answer of a command, or an argument list', async () => {
  const { host, stack } = site;
  const said: string[] = [];
  const command = async (...args: string[]) => {
    const { stdout, stderr } = await halcyon([...args, '--config', stack.configFile], { USER: 'anna' });
    said.push(stdout, stderr);
  };

  // All is well with the credentials: everything is looked at, and healed.
  await host.systemctl('stop', 'kingfisher.service');
  const healed = await site.alert();
  expect((await closedByHand(healed)).outcome).toBe('healed');

  // Passwords that are refused, a server that is away, and a service that prints its URL when it fails.
  await host.exec(['sh', '-ec', 'cd / && exec runuser -u postgres -- psql --quiet'], {
    input: "ALTER ROLE watcher PASSWORD 'another';",
  });
  await host.systemctl('mask', '--now', '--runtime', 'redis-server.service');
  await host.exec(['tee', '/run/last-words'], {
    input: `Error: cannot connect to postgres://watcher:${PASSWORDS.postgres}@127.0.0.1:5432/zmart_core with ${OWN}\n`,
  });
  await site.changeUnit('ExecStartPre=/bin/cat /run/last-words', 'ExecStartPre=/bin/false');
  await host.systemctl('stop', 'kingfisher.service');
  const broken = await site.alert();
  const view = await viewAtEnd(broken.workflowId);
  expect(view.outcome).toBeNull();
  // The service logs to a file: what it said there is the reason.
  expect(detailOf(view, 'StartFailed')).toMatch(/^Error: cannot connect to .* with \*\*\*$/);
  await waitFor(
    async () => {
      const escalation = stack.client.workflow.getHandle(broken.workflowId.replace('incident/', 'escalation/'));
      const { pages } = await escalation.query<{ pages: { tier: number; delivered: boolean }[] }>('escalation');
      return pages.some(({ tier, delivered }) => tier === 3 && !delivered);
    },
    { what: 'the manager not to be reached', deadlineMs: 90_000 },
  );
  for (const show of ['incident', 'escalation']) await command(show, 'show', broken.workflowId);
  await command('ack', broken.workflowId, '--as', 'anna');
  await command('guard', 'show', HOST);
  await command('config', 'check');
  await command('incident', 'close', broken.workflowId, '--as', 'anna', '--reason', REASON);
  await waitFor(async () => (await broken.describe()).status.name === 'COMPLETED', {
    what: 'the incident to be closed',
    deadlineMs: 60_000,
  });
  await command('run', 'emergency-recovery', '--host', HOST, '--as', 'anna', '--reason', REASON, '--detach');
  await command('incident', 'list');

  const recovery = `incident/emergencyRecovery/${HOST}`;
  const names = (await viewAtEnd(recovery)).findings.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['DependencyStillDown']));

  expect(watch.stop()).toEqual([]);
  expect(watch.seen.size).toBeGreaterThan(50);
  expect(filesWith([REASON])).not.toEqual([]);
  expect(filesWith(secrets)).toEqual([]);
  const { stdout: journal } = await host.exec(['journalctl', '--no-pager', '--unit=halcyon-agent.service']);
  const kept = await host.exec(['sh', '-c', 'cat $(find /var/lib/halcyon /run/halcyon -type f)'], { check: false });
  const events = pagers.pagerduty.events.map((event) => ({ ...event, routing_key: '' }));
  expect(pagers.slack.messages.length).toBeGreaterThan(1);
  expect(events.length).toBeGreaterThan(1);
  const rest = [...said, journal, kept.stdout, JSON.stringify([pagers.slack.messages, events])].join('\n');
  expect(rest).toContain(HOST);
  expect(secrets.flatMap(forms).filter((text) => rest.includes(text))).toEqual([]);
}, 300_000);
