import type { Client, WorkflowHandle } from '@temporalio/client';
import { forget } from '../../../../src/cli/commands/ask';

const handle = { workflowId: 'ask/h1/logs/1' } as WorkflowHandle;

function clientThat(deleteWorkflowExecution: jest.Mock): Client {
  return { connection: { workflowService: { deleteWorkflowExecution } }, options: { namespace: 'ops' } } as never;
}

it('a question that was read is deleted from Temporal', async () => {
  const remove = jest.fn().mockResolvedValue({});
  await forget(clientThat(remove), handle);
  expect(remove).toHaveBeenCalledWith({ namespace: 'ops', workflowExecution: { workflowId: 'ask/h1/logs/1' } });
});

it('one that Temporal does not delete keeps nobody from reading on', async () => {
  await forget(clientThat(jest.fn().mockRejectedValue(new Error('PERMISSION_DENIED'))), handle);
});
