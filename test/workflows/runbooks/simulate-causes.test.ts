import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { WorkflowBundle } from '@temporalio/worker';
import { projectDir } from '../../../lab/project';
import { sampleOf } from '../../../lab/support/random';
import { parseConfig } from '../../../src/config/load/load';
import { RUNBOOK_NAMES } from '../../../src/shared/runbooks';
import type { RunbookName } from '../../../src/shared/runbooks';
import { alertOf } from '../../../src/simulate/causes/alert';
import { KNOWN_CAUSES } from '../../../src/simulate/causes/catalogue';
import type { KnownCause } from '../../../src/simulate/causes/cause';
import type { Line } from '../../../src/simulate/line';
import { parseScenario } from '../../../src/simulate/script/scenario';
import { simulate } from '../../../src/simulate/simulate';
import { page as analysisLatency } from '../../../src/workflows/runbooks/analysis-latency';
import { pageOf as imageProcessingStalled } from '../../../src/workflows/runbooks/image-processing-stalled';
import { page as outboxStuck } from '../../../src/workflows/runbooks/outbox-stuck';
import { page as pipelineFailures } from '../../../src/workflows/runbooks/pipeline-failures';
import { page as securityViolations } from '../../../src/workflows/runbooks/security-violations';
import { page as serviceDown } from '../../../src/workflows/runbooks/service-down';
import { SEED, sizeOf } from '../../support/sample';
import { bundleWorkflows } from '../../support/temporal/bundle';

interface CauseOfPage {
  cite: string;
  title: string;
  isLastResort?: true;
}

/** They decide when a cause holds, and not which there are. */
const LIMITS = { wanted: {} } as Parameters<typeof imageProcessingStalled>[0];

/** As the runbooks themselves have them. A recovery has steps and no causes, and what nobody mapped has neither. */
const PAGES: Record<Exclude<RunbookName, 'emergencyRecovery' | 'unknownAlert'>, { causes: CauseOfPage[] }> = {
  serviceDown,
  pipelineFailures,
  securityViolations,
  analysisLatency,
  imageProcessingStalled: imageProcessingStalled(LIMITS),
  outboxStuck,
};

const ALL = Object.entries(PAGES).flatMap(([runbook, { causes }]) => causes.map((cause) => ({ runbook, ...cause })));
const config = parseConfig(
  { label: 'halcyon.yaml', text: readFileSync(path.join(projectDir, 'halcyon.example.yaml'), 'utf8') },
  {},
);

let workflowBundle: WorkflowBundle;
beforeAll(async () => {
  workflowBundle = await bundleWorkflows();
});

jest.setTimeout(180_000);

function scenarioOf(wanted: (typeof ALL)[number]): KnownCause | undefined {
  const { runbook, cite, title } = wanted;
  return KNOWN_CAUSES.find((one) => one.runbook === runbook && one.cite === cite && one.title === title);
}

async function simulated(cause: KnownCause, mode: 'auto' | 'observe'): Promise<Line[]> {
  const times = { at: '2026-11-23T10:00Z', ack: 'never', approve: '2m', health: 'never', until: '24h' };
  const scenario = parseScenario(times);
  const alerts = alertOf(cause, config, new Date(scenario.at).toISOString());
  return await simulate({ scenario, alerts, config, cause, mode, workflows: { workflowBundle } });
}

const texts = (lines: Line[], kind: Line['kind']) => lines.filter((line) => line.kind === kind).map(({ text }) => text);

const ENDS = /^(mended by Halcyon|well again (without|while)|not mended: people have it)/;

describe('a scenario', () => {
  it('is there for each cause of each runbook, and for no other', () => {
    const recoveries: RunbookName[] = ['emergencyRecovery', 'unknownAlert'];
    expect(Object.keys(PAGES)).toEqual(RUNBOOK_NAMES.filter((name) => !recoveries.includes(name)));
    const inPages = ALL.map(({ runbook, cite, title, isLastResort }) => ({ runbook, cite, title, isLastResort }));
    const known = KNOWN_CAUSES.map(({ runbook, cite, title, isLastResort }) => ({
      runbook,
      cite,
      title,
      isLastResort,
    }));
    expect(known).toEqual(inPages);
  });

  it('has a name of its own', () => {
    expect(new Set(KNOWN_CAUSES.map(({ id }) => id)).size).toBe(KNOWN_CAUSES.length);
  });
});

const PLAYED = sampleOf(ALL, sizeOf('simulated causes', { full: ALL.length, sample: 16 }), SEED);

describe.each(PLAYED.map((cause) => [`${cause.cite} ${cause.title}`, cause] as const))('%s', (title, cause) => {
  it('is named in auto and in observe, with what was done and what would be, and observe changes nothing', async () => {
    const played = scenarioOf(cause)!;
    const [auto, observe] = await Promise.all([simulated(played, 'auto'), simulated(played, 'observe')]);
    const named = (lines: Line[]) => texts(lines, 'cause').find((text) => text.startsWith(`${title}: `));
    expect(named(auto)).toBeDefined();
    expect(named(auto)).not.toContain('not reached');
    expect(texts(auto, 'did')).not.toEqual([]);
    expect(texts(auto, 'ends')).toEqual([expect.stringMatching(ENDS)]);
    expect(named(observe)).toBeDefined();
    expect(named(observe)?.includes('not reached')).toBe(cause.isLastResort === true);
    expect(texts(observe, 'did')).toEqual(['nothing: observe changes nothing']);
    expect(texts(observe, 'would')).not.toEqual([]);
    expect(texts(observe, 'ends')).toEqual([expect.stringMatching(ENDS)]);
  });
});
