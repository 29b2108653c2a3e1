// Bundles the workflows once, at build time: controllers start faster, and all of them run the same code.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { inProject } from './project.mjs';

const require = createRequire(import.meta.url);
const { DefaultLogger, bundleWorkflowCode } = require('@temporalio/worker');

/**
 * The SDK keeps a stack for every promise of an open workflow, for the "call stack" of Temporal UI: half of what a workflow
 * that waits holds in memory, and a third of the time of its tasks. This many frames still name the step. On the first
 * line, of which the source map says nothing.
 */
const SHORT_STACKS = 'Error.stackTraceLimit = 4; ';

const target = inProject('dist/workflow-bundle.js');
const workflowsPath = inProject('src/workflows/index.ts');
const { code } = await bundleWorkflowCode({
  workflowsPath,
  // As src/temporal/workflow-source.ts says.
  preloadModules: [workflowsPath],
  payloadConverterPath: inProject('src/temporal/payload-converter.ts'),
  logger: new DefaultLogger('WARN'),
});
await mkdir(inProject('dist'), { recursive: true });
await writeFile(`${target}.new`, SHORT_STACKS + code);
await rename(`${target}.new`, target);
