import type { ConnectionOptions } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { ensureTemporalCli, ensureTestServer } from '../../../src/temporal/dev/executables';
import { addSearchAttributes } from '../../../src/temporal/search-attributes';
import { CALL_INTERCEPTORS } from '../../../src/temporal/closed-channel';
import { searchAttributes } from '../../../src/shared/search-attributes';
import { quietTemporal } from './quiet-temporal';

/** A retry after the end of a test must not end the process of the tests. */
const PLUGINS = [
  {
    name: 'closed-channel',
    configureConnection: (options: ConnectionOptions) => ({ ...options, interceptors: CALL_INTERCEPTORS }),
  },
];

/** A server in which time passes as fast as the workflows allow. Stop it with `tearDown`. */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  quietTemporal();
  const executable = { type: 'existing-path', path: await ensureTestServer() } as const;
  const env = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable }, plugins: PLUGINS });
  await addSearchAttributes(env.connection, env.namespace ?? 'default');
  return env;
}

/** A real server in memory, with Halcyon's search attributes. Stop it with `tearDown`. */
export async function startLocal(): Promise<TestWorkflowEnvironment> {
  quietTemporal();
  const executable = { type: 'existing-path', path: await ensureTemporalCli() } as const;
  return await TestWorkflowEnvironment.createLocal({
    plugins: PLUGINS,
    server: {
      executable,
      searchAttributes: Object.values(searchAttributes),
      extraArgs: ['--dynamic-config-value', 'history.transferProcessorMaxPollRPS=200'],
    },
  });
}
