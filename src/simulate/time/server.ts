import { TestWorkflowEnvironment } from '@temporalio/testing';
import { ensureTestServer } from '../../temporal/dev/executables';
import { quietTemporal } from '../../temporal/quiet';
import { addSearchAttributes } from '../../temporal/search-attributes';

/** A Temporal server of its own in which time passes as fast as workflows allow. Stop it with `teardown()`. */
export async function startSkippingServer(onProgress?: (line: string) => void): Promise<TestWorkflowEnvironment> {
  quietTemporal();
  const executable = { type: 'existing-path', path: await ensureTestServer(onProgress) } as const;
  const server = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
  await addSearchAttributes(server.connection, server.namespace ?? 'default');
  return server;
}
