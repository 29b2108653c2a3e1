import path from 'node:path';
import type { WorkflowBundle } from '@temporalio/worker';
import { parseConfig } from '../../../src/config/load/load';
import { parseAlertFile } from '../../../src/simulate/script/alert-file';
import { diffLines } from '../../../src/simulate/diff';
import type { Line } from '../../../src/simulate/line';
import { formatLines } from '../../../src/simulate/print';
import { parseScenario } from '../../../src/simulate/script/scenario';
import type { ScenarioTexts } from '../../../src/simulate/script/scenario';
import { simulate } from '../../../src/simulate/simulate';
import { readFileSync } from 'node:fs';
import { projectDir } from '../../../lab/project';
import { bundleWorkflows } from '../../support/temporal/bundle';

const DEFAULTS = readFileSync(path.join(projectDir, 'halcyon.example.yaml'), 'utf8');
/** People are called at the times of the matrix, though nothing automatic is left. */
const ON_TIME = DEFAULTS.replace('onHelpless: auto', 'onHelpless: onTime');
const ALERT = JSON.stringify({
  labels: { alertname: 'KingfisherServiceDown', instance: 'h1:8201', severity: 'critical' },
  annotations: { summary: 'KingFisher on h1 is down' },
});

let workflowBundle: WorkflowBundle;

beforeAll(async () => {
  workflowBundle = await bundleWorkflows();
});

async function simulated(texts: Partial<ScenarioTexts> = {}, yaml = ON_TIME): Promise<Line[]> {
  const scenario = parseScenario({ at: '2026-11-23T03:00Z', ack: 'never', health: 'never', until: '24h', ...texts });
  const alerts = parseAlertFile(ALERT, 'alert.json', new Date(scenario.at).toISOString());
  const config = parseConfig({ label: 'halcyon.yaml', text: yaml }, {});
  return await simulate({ scenario, alerts, config, workflows: { workflowBundle } });
}

const pages = (lines: Line[]) => formatLines(lines.filter(({ kind }) => kind === 'page'));

const TIER_1 = '03:10  page      tier 1 (senior) → Platform: Slack #platform-alerts, PagerDuty platform-secondary';
const TIER_2 = 'tier 2 → Trading AI: Slack #trading-ai-alerts, PagerDuty trading-ai-primary';
const TIER_3 = '04:00  page      tier 3 → Engineering manager: PagerDuty engineering-manager';

jest.setTimeout(180_000);

describe('simulate', () => {
  it('pages each tier on its minute when nobody answers, and differs only where the configuration does', async () => {
    const lines = await simulated();
    expect(pages(lines)).toEqual([TIER_1, `03:30  page      ${TIER_2}`, TIER_3]);
    expect(formatLines(lines).every((line) => /^\d\d:\d\d {2}\S/.test(line))).toBe(true);
    expect(lines.at(-1)).toMatchObject({ kind: 'ends', text: expect.stringContaining('until people act') });
    expect(lines.find(({ kind }) => kind === 'waits')?.text).toContain('next: tier 1 at 03:10');

    const other = await simulated({}, ON_TIME.replace('serviceDown: 10m', 'serviceDown: 12m'));
    const differences = diffLines(pages(lines), pages(other));
    expect(differences).toEqual([
      { side: '-', line: TIER_1 },
      { side: '+', line: TIER_1.replace('03:10', '03:12') },
    ]);
    expect(diffLines(formatLines(lines), formatLines(other)).filter(({ line }) => /runs/.test(line))).toEqual([]);
  });

  it('pages the first tier at once where nothing automatic is left of a critical alert, and the others on their minute', async () => {
    const atOnce = TIER_1.replace('03:10', '03:00');
    const lines = await simulated({}, DEFAULTS);
    expect(pages(lines)).toEqual([`${atOnce}; no remedy is left to try`, `03:30  page      ${TIER_2}`, TIER_3]);
  });

  it('holds further tiers for an acknowledgement, and then goes on', async () => {
    const lines = await simulated({ ack: '20m' });
    const [first, second, third] = pages(lines);
    expect(first).toBe(TIER_1);
    expect(second).toMatch(/^03:50 {2}page {6}tier 2 .*→ Trading AI/);
    expect(third).toBe(TIER_3);
    const acks = formatLines(lines.filter(({ kind }) => kind === 'ack'));
    expect(acks[0]).toMatch(/^03:20 {2}ack {7}Acknowledged by anna/);
    expect(acks[1]).toMatch(/^03:50 .*lapsed/);
  });

  it('ends when the host is well and Alertmanager agrees, and tells everyone who was paged', async () => {
    const lines = await simulated({ health: 'after=12m' });
    expect(pages(lines)).toEqual([TIER_1]);
    const told = formatLines(lines.filter(({ kind }) => kind === 'tells'));
    expect(told).toEqual([expect.stringMatching(/^03:17 {2}tells {5}closed, \w+ → Platform: Slack .*, PagerDuty /)]);
    expect(told[0]).toContain('; down 12 m');
    expect(formatLines(lines).join('\n')).toMatch(/03:12 {2}waits {5}Alertmanager to resolve/);
    expect(formatLines(lines).join('\n')).toMatch(
      /03:13 {2}waits {5}KingFisher to stay well; nobody is called while it is well/,
    );
    expect(lines.at(-1)).toMatchObject({ kind: 'ends', text: expect.stringContaining('closed') });
  });

  it('pages the team whose hours begin before the tier is due', async () => {
    const lines = await simulated({ at: '2026-11-23T07:55Z' });
    expect(pages(lines).map((line) => line.replace(/:[^:]*$/, ''))).toEqual([
      '08:05  page      tier 1 (senior) → Trading AI',
      '08:25  page      tier 2 → Platform',
      '08:55  page      tier 3 → Engineering manager',
    ]);
  });
});
