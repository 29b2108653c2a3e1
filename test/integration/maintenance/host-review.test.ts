import { LabHost } from '../../../lab/lab-host';
import { growthOf } from '../../../src/shared/report/growth';
import { AUDIT_CHECKS } from '../../../src/shared/observations/reviews/audit';
import type { AuditCheck, AuditState } from '../../../src/shared/observations/reviews/audit';
import { CAPACITY_PARTS } from '../../../src/shared/observations/reviews/capacity';
import type { CapacityPart, CapacityState } from '../../../src/shared/observations/reviews/capacity';
import { ENDED } from '../../support/ended-certificate';
import { waitFor } from '../../support/wait-for';

const NODE = '/opt/halcyon-node/bin/node';
const CERTIFICATE = '/etc/ssl/kingfisher.pem';
const PORT = 8099;

/** What the agent would answer, by its own configuration and as root on its host. */
const ASK = `
  const dist = '/opt/halcyon/dist/src';
  const { loadConfig } = require(dist + '/config');
  const { createHostActivities } = require(dist + '/activities/host');
  const { agent } = loadConfig({ path: '/etc/halcyon/halcyon.yaml', env: process.env });
  const [activity, ...inputs] = process.argv.slice(1);
  const host = createHostActivities(agent);
  (async () => {
    const answers = [];
    for (const input of inputs) answers.push(await host[activity](JSON.parse(input)).catch((err) => ({ failed: err.message })));
    process.stdout.write(JSON.stringify(answers));
  })();`;

let host: LabHost;

beforeAll(async () => {
  host = await LabHost.up('review1', { images: 3 });
});
afterAll(async () => await host?.down());

const exec = async (...command: string[]) => (await host.exec(command)).stdout;
const psql = async (sql: string) =>
  await exec('runuser', '-u', 'postgres', '--', 'psql', '-d', 'zmart_core', '-tAc', sql);

async function ask<T>(activity: string, inputs: object[]): Promise<T[]> {
  return JSON.parse(await exec(NODE, '-e', ASK, activity, ...inputs.map((one) => JSON.stringify(one)))) as T[];
}

async function audit(): Promise<Record<AuditCheck, AuditState>> {
  const answers = await ask<AuditState>(
    'observeAudit',
    AUDIT_CHECKS.map((check) => ({ check })),
  );
  return Object.fromEntries(AUDIT_CHECKS.map((check, at) => [check, answers[at]!])) as Record<AuditCheck, AuditState>;
}

/** A fault for each check that can have one on this host. */
async function breakIt(): Promise<void> {
  const server = `require('net').createServer().listen(${PORT}, '0.0.0.0')`;
  await exec('systemd-run', '--unit=open-port', NODE, '-e', server);
  await exec('touch', '/opt/kingfisher/data/loose');
  await exec('chmod', '666', '/opt/kingfisher/data/loose');
  await exec('useradd', '--no-create-home', '--shell', '/bin/bash', 'eve');
  await exec('mkdir', '-p', '/run/halcyon');
  await exec('touch', '/run/halcyon/paused');
  await exec('nft', 'add table inet halcyon');
  await exec('nft', 'add set inet halcyon blocked4 { type ipv4_addr; flags interval, timeout; }');
  await exec('nft', 'add element inet halcyon blocked4 { 203.0.113.9 timeout 1h }');
  await host.exec(['tee', CERTIFICATE], { input: ENDED.certificate });
  await psql(
    'GRANT SELECT ON pg_hba_file_rules TO kingfisher; GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO kingfisher',
  );
  const file = (await psql('SHOW hba_file')).trim();
  await host.exec(['tee', '-a', file], { input: 'host all eve 203.0.113.0/24 trust\n' });
}

it('on a real host: what is there is told, and each fault is found by its check', async () => {
  const before = await audit();
  expect(before.ports).toMatchObject({ findings: [], unknown: [], notLooked: [] });
  expect(before.leftBehind).toMatchObject({ findings: [], unknown: [] });
  expect(before.files.findings.join()).not.toContain('loose');
  expect(before.certificates).toMatchObject({ findings: [], unknown: [expect.stringContaining('ENOENT') as string] });
  expect(before.credentials.findings).toEqual([expect.stringMatching(/^RabbitMQ at 127.0.0.1:5672 lets in guest/)]);
  expect(before.credentials.unknown).toEqual([expect.stringMatching(/^postgres: .*permission denied/)]);
  expect(before.advisories.notLooked).toEqual(['pip-audit is not installed']);

  await breakIt();
  const after = await audit();
  expect(after.ports.findings).toEqual([expect.stringMatching(new RegExp(`^0.0.0.0:${PORT} listens, by node \\(pid`))]);
  expect(after.files.findings).toContainEqual(
    expect.stringMatching(/data\/loose: root:root 0666: everybody may write/),
  );
  expect(after.users.findings).toContain('eve may log in, and is not expected');
  expect(after.leftBehind.findings).toEqual([
    '203.0.113.9 is blocked, and the ledger does not know why',
    expect.stringMatching(/^\/run\/halcyon\/paused pauses this host since /),
  ]);
  expect(after.certificates.findings).toEqual([`${CERTIFICATE} (CN=kingfisher.test) ended on 2021-01-01`]);
  expect(after.credentials).toMatchObject({ unknown: [] });
  expect(after.credentials.findings.join()).toContain(
    'PostgreSQL trusts whoever says to be eve, for all by host 203.0.113.0',
  );
});

it('on a real host: its capacity, each part by itself', async () => {
  for (const daysAgo of [1, 2, 3, 4]) {
    const day = new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '/');
    await exec('mkdir', '-p', `/opt/kingfisher/data/images/${day}`);
    await exec('truncate', '--size', '1M', `/opt/kingfisher/data/images/${day}/a.jpg`);
  }
  const parts = CAPACITY_PARTS.map((part) => ({ part }));
  const queues = CAPACITY_PARTS.indexOf('queues');
  // RabbitMQ answers about its queues a while after its port is open.
  const asked = async () => {
    const all = await ask<CapacityState>('observeCapacity', parts);
    return all[queues]?.readings?.length === 1 ? all : undefined;
  };
  const answers = await waitFor(asked, { what: 'each part to be read', deadlineMs: 60_000, everyMs: 1_000 });
  const of = (part: CapacityPart) => answers[CAPACITY_PARTS.indexOf(part)]!;
  expect(of('disks').readings.map(({ name }) => name)).toContain('disk /opt/kingfisher/data');
  expect(of('database').readings).toMatchObject([{ name: 'database zmart_core', unit: 'B' }]);
  expect(of('database').notes.join()).toMatch(/table kingfisher\.\w+: /);
  expect(of('images').notes).toEqual([
    expect.stringMatching(/^images: \d+, .* of 4 whole days .*; removed after 7 days$/),
  ]);
  expect(growthOf(of('images').readings[0]!.trend.points).perDay).toBeCloseTo(1_024 ** 2);
  expect(of('queues').readings).toMatchObject([{ name: 'messages in queues', unit: '', limit: 10_000 }]);
});
