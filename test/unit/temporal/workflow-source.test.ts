import { workflowSource, workflowsIn } from '../../../src/temporal/workflow-source';

it('loads the modules of workflows once, and not for each workflow anew', () => {
  expect(workflowsIn('/src/workflows/index.ts')).toEqual({
    workflowsPath: '/src/workflows/index.ts',
    bundlerOptions: { preloadModules: ['/src/workflows/index.ts'] },
  });
});

it('takes the sources where there is no bundle beside it', () => {
  expect(workflowSource()).toEqual(workflowsIn(require.resolve('../../../src/workflows')));
});
