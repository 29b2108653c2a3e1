import { once } from 'node:events';
import { connect } from 'node:net';
import { Connection } from '@temporalio/client';

const TIMEOUT_MS = 2_000;
const SERVICE = 'temporal.api.workflowservice.v1.WorkflowService';
const SERVING = 1;

/**
 * Whether the server at `address` passes its health check and has its `default` namespace. False, never an error, when
 * nobody answers.
 */
export async function isServing(address: string): Promise<boolean> {
  // A refused gRPC connection is retried only after a second; a bare one tells at once.
  if (!(await accepts(address))) return false;
  const connection = Connection.lazy({ address });
  try {
    return await connection.withDeadline(Date.now() + TIMEOUT_MS, async () => {
      const { status } = await connection.healthService.check({ service: SERVICE });
      if (status !== SERVING) return false;
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return true;
    });
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}

async function accepts(address: string): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const socket = connect({ host: hostname, port: Number(port) });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
