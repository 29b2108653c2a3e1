import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { workflowsIn } from '../../../src/temporal/workflow-source';
import { BARE_QUEUE } from './queue';
import { bareGuardId, bareIncidentId } from './workflows';
import type { BareActivities } from './workflows';

/** `node worker.js ADDRESS`: the controller of bare incidents, as a process of its own like Halcyon's; until SIGTERM. */
async function main(address: string): Promise<void> {
  const client = new Client({ connection: await Connection.connect({ address }) });
  const activities: BareActivities = {
    async ask(host) {
      await client.workflow.signalWithStart('bareGuard', {
        workflowId: bareGuardId(host),
        taskQueue: BARE_QUEUE,
        args: [bareIncidentId(host)],
        signal: 'told',
      });
    },
    async page() {},
  };
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    taskQueue: BARE_QUEUE,
    activities,
    ...workflowsIn(require.resolve('./workflows')),
  });
  process.stdout.write('bare worker running\n');
  await worker.run();
  process.exit(0);
}

void main(process.argv[2] ?? '');
