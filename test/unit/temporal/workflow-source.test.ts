import { workflowSource, workflowsIn } from '../../../src/temporal/workflow-source';

it('loads the modules of workflows once, and not for each workflow anew; reads whatever is sent', () => {
  expect(workflowsIn('/src/workflows/index.ts')).toEqual({
    workflowsPath: '/src/workflows/index.ts',
    bundlerOptions: { preloadModules: ['/src/workflows/index.ts'] },
    dataConverter: { payloadConverterPath: require.resolve('../../../src/temporal/payload-converter') },
  });
});

it('takes the sources where there is no bundle beside it', () => {
  expect(workflowSource()).toEqual(workflowsIn(require.resolve('../../../src/workflows')));
});
