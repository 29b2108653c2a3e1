import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';

export const WORKFLOWS = require.resolve('../../src/workflows');

/** Today's workflows, or others, bundled from their sources; only what goes wrong is printed. */
export async function bundleWorkflows(workflowsPath = WORKFLOWS): Promise<WorkflowBundleWithSourceMap> {
  return await bundleWorkflowCode({
    workflowsPath,
    logger: new DefaultLogger('ERROR'),
  });
}
