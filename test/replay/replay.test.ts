import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import type { WorkflowBundle } from '@temporalio/worker';
import { RUNBOOK_NAMES } from '../../src/shared/runbooks';
import { bundleWorkflows } from '../support/temporal/bundle';
import { quietTemporal } from '../support/temporal/quiet-temporal';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';

quietTemporal();

const HISTORIES = path.join(__dirname, 'histories');
const names = readdirSync(HISTORIES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));

function history(name: string) {
  return historyFromJSON(JSON.parse(readFileSync(path.join(HISTORIES, name), 'utf8')));
}

/** Runs that are open during an upgrade must go on with the new code (promise 12). */
describe('recorded histories', () => {
  let workflowBundle: WorkflowBundle;
  beforeAll(async () => {
    workflowBundle = await bundleWorkflows();
  });

  it('are there for each registered workflow', () => {
    const recorded = new Set(names.map((name) => path.dirname(name)));
    expect([...recorded].sort()).toEqual(
      [
        ...[
          'askHost',
          'closing',
          'escalation',
          'followUp',
          'guard',
          'lease',
          'monthlyMaintenance',
          'postIncident',
          'record',
          'scheduledMaintenance',
          'weeklyMaintenance',
        ],
        ...RUNBOOK_NAMES,
      ].sort(),
    );
  });

  it.each(names)('%s replays', async (name) => {
    const recorded = history(name);
    const { workflowId } = recorded.events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
    await Worker.runReplayHistory({ workflowBundle }, recorded, workflowId ?? undefined);
  });
});

describe('a changed workflow', () => {
  it('does not replay a history that the old code made', async () => {
    const changed = await bundleWorkflows(require.resolve('./changed-workflows'));
    const replay = Worker.runReplayHistory({ workflowBundle: changed }, history('serviceDown/healed.json'));
    await expect(replay).rejects.toBeInstanceOf(DeterminismViolationError);
  });
});
