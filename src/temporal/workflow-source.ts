import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';

/** Where the workflows' code comes from. */
export type WorkflowSource = Pick<
  WorkerOptions,
  'workflowBundle' | 'workflowsPath' | 'bundlerOptions' | 'dataConverter'
>;

/** A bundle has it built in. */
const PAYLOAD_CONVERTER = require.resolve('./payload-converter');

/** Long enough to be one of a kind, short enough to be said aloud. */
const BUILD_ID_LENGTH = 12;

/** The bundle made at build time where there is one, else the sources. */
export function workflowSource(): WorkflowSource {
  const codePath = path.resolve(__dirname, '../../workflow-bundle.js');
  return existsSync(codePath) ? { workflowBundle: { codePath } } : workflowsIn(require.resolve('../workflows'));
}

/**
 * Workflows from their sources. Their modules are loaded once for all workflows of a worker, and not for each anew: they
 * keep no state (lint), and are most of what a new workflow costs (ADR 28). The build's bundle is made the same way.
 */
export function workflowsIn(workflowsPath: string) {
  return {
    workflowsPath,
    bundlerOptions: { preloadModules: [workflowsPath] },
    dataConverter: { payloadConverterPath: PAYLOAD_CONVERTER },
  } satisfies WorkflowSource;
}

/**
 * What tells one build of the workflows from another: a hash of their code, 12 hex digits. The same sources give the same
 * id on every machine.
 */
export async function buildIdOf(source: WorkflowSource = workflowSource()): Promise<string> {
  const code = await codeOf(source);
  const sourceMap = code.lastIndexOf('//# sourceMappingURL=');
  const own = sourceMap === -1 ? code : code.slice(0, sourceMap);
  return createHash('sha256').update(own).digest('hex').slice(0, BUILD_ID_LENGTH);
}

async function codeOf({
  workflowBundle,
  workflowsPath,
  bundlerOptions,
  dataConverter,
}: WorkflowSource): Promise<string> {
  if (workflowBundle !== undefined && 'code' in workflowBundle) return workflowBundle.code;
  if (workflowBundle !== undefined) return readFileSync(workflowBundle.codePath, 'utf8');
  if (workflowsPath === undefined) throw new Error('there are no workflows: neither a bundle nor their sources');
  return (await bundleWorkflowCode({ workflowsPath, ...bundlerOptions, ...dataConverter })).code;
}
