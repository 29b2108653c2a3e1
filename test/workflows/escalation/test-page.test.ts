import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
import { stringify } from 'yaml';
import { StandInPagers } from '../../../lab/stand-ins/pagers';
import { createControlActivities } from '../../../src/activities/control';
import { createPageCommand } from '../../../src/cli/page';
import { loadConfig } from '../../../src/config';
import { teamOf } from '../../../src/shared/paging/escalation-team';
import { createController } from '../../../src/temporal/workers';
import { bundleWorkflows } from '../../support/temporal/bundle';
import { outputOf } from '../../support/output-of';
import { startLocal } from '../../support/temporal/temporal';

let env: TestWorkflowEnvironment;
let pagers: StandInPagers;
let folder: string;
let file: string;

beforeAll(async () => {
  env = await startLocal();
  folder = mkdtempSync(join(tmpdir(), 'halcyon-test-page-'));
  file = join(folder, 'halcyon.yaml');
});
afterAll(async () => {
  await env?.teardown();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  pagers = await StandInPagers.start();
  const sections = { temporal: { address: env.address }, ...pagers.sections('15m', '30m', '1h') };
  writeFileSync(file, stringify(sections));
});
afterEach(async () => {
  await pagers.stop();
});

/** The controller's activities as its process makes them, with secrets that the command does not have. */
async function controller(secrets: Record<string, string> = {}): Promise<Worker> {
  const config = loadConfig({ path: file, env: { ...pagers.env, ...secrets } });
  const activities = createControlActivities({
    limits: () => ({}),
    client: env.client,
    pagers: config.pagers,
    uiUrl: null,
    namespace: 'default',
    now: () => new Date(),
    logger: { warn: () => undefined },
    store: null,
    maintenance: config.maintenance,
    onDuty: (at) => teamOf(config.escalation, 'onDuty', at.getTime(), null).team,
  });
  const settings = { connection: env.nativeConnection, namespace: 'default' };
  return await createController(settings, activities, { workflows: { workflowBundle: await bundleWorkflows() } });
}

async function page(...flags: string[]): Promise<{ said: string; code: typeof process.exitCode }> {
  return await outputOf(() =>
    createPageCommand().parseAsync(['--config', file, '--as', 'anna', ...flags], { from: 'user' }),
  );
}

it('says so where no controller works, and sends nothing later', async () => {
  await expect(page('--test')).rejects.toThrow('no controller asks for work');
  await (
    await controller()
  ).runUntil(async () => {
    await env.connection.workflowService.getSystemInfo({});
  });
  expect(pagers.slack.messages).toEqual([]);
  expect(pagers.pagerduty.events).toEqual([]);
});

it('pages every team by every way, marked and at low urgency, and resolves it again', async () => {
  const { said, code } = await (await controller()).runUntil(page('--test'));
  expect(said.split('\n')).toEqual([
    'ok  Trading AI           Slack      accepted by #trading-ai-alerts',
    'ok  Trading AI           PagerDuty  accepted by trading-ai-primary, and resolved again',
    'ok  Platform             Slack      accepted by #platform-alerts',
    'ok  Platform             PagerDuty  accepted by platform-secondary, and resolved again',
    'ok  Engineering manager  PagerDuty  accepted by engineering-manager, and resolved again',
    'ok  Security             Slack      accepted by #security',
    '',
  ]);
  expect(code).toBeUndefined();
  expect(pagers.slack.messages.map(({ text }) => text)).toEqual(
    expect.arrayContaining([
      'TEST, nothing is wrong: anna tries the way to Trading AI',
      'TEST, nothing is wrong: anna tries the way to Platform',
    ]),
  );
  expect(pagers.pagerduty.incidents.map(({ status }) => status)).toEqual(['resolved', 'resolved', 'resolved']);
  const opened = pagers.pagerduty.incidents.flatMap(({ triggers }) => triggers);
  expect(opened.map(({ payload }) => payload?.severity)).toEqual(['info', 'info', 'info']);
  for (const { payload } of opened) expect(payload?.summary).toMatch(/^TEST, nothing is wrong: anna tries the way to /);
});

it('names the exact reason and the remedy, tries what is passing again, and ends with 1', async () => {
  pagers.pagerduty.faults.next({ kind: 'status', status: 500 });
  const wrong = { PAGERDUTY_ENGINEERING_MANAGER: 'wrong', SLACK_TOKEN: 'xoxb-wrong' };
  const { said, code } = await (await controller(wrong)).runUntil(page('--test'));
  expect(said).toMatch(
    /^FAILED +Platform +Slack +not accepted: Slack refuses #platform-alerts: invalid_auth; set pagers.slack.token$/m,
  );
  expect(said).toMatch(
    /^FAILED +Engineering manager +PagerDuty +not accepted: PagerDuty refuses engineering-manager \(400\): .*no such integration; is its key under pagers.pagerduty.routingKeys right\?$/m,
  );
  expect(said).toMatch(/^ok +Platform +PagerDuty/m);
  expect(said).toMatch(/^ok +Trading AI +PagerDuty/m);
  expect(code).toBe(1);
}, 60_000);

it('rings one tier loudly where it is told to, and tells JSON', async () => {
  const { said } = await (
    await controller()
  ).runUntil(
    page('--test', '--tier', '3', '--channel', 'pagerduty', '--urgency', 'high', '--open-for', '1s', '--json'),
  );
  expect(JSON.parse(said)).toMatchObject({ channel: 'pagerduty', accepted: true, resolved: true });
  const [incident] = pagers.pagerduty.incidents;
  expect(pagers.pagerduty.incidents).toHaveLength(1);
  expect(incident).toMatchObject({ service: 'engineering-manager', status: 'resolved' });
  expect(incident?.triggers[0]?.payload?.severity).toBe('critical');
});

it('says that it may be open still where it cannot be resolved', async () => {
  const worker = await controller();
  const { said, code } = await worker.runUntil(async () => {
    const paged = page('--test', '--tier', '3', '--open-for', '2s');
    for (let tries = 0; pagers.pagerduty.events.length === 0 && tries < 200; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    pagers.pagerduty.faults.always({ kind: 'status', status: 500 });
    return await paged;
  });
  expect(said).toMatch(
    /^FAILED +Engineering manager +PagerDuty +accepted by engineering-manager; it may be open still, resolve it in PagerDuty: PagerDuty answers 500/,
  );
  expect(code).toBe(1);
}, 60_000);
