import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import { createCommandsCommand } from '../../../src/cli/commands/commands';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import type { TopicRequest } from '../../../src/shared/topics/answers';
import { outputOf } from '../../support/output-of';
import { WorkflowSite } from '../../support/sites/workflow-site';
import { recordHistory } from '../../support/temporal/record-history';
import { startLocal } from '../../support/temporal/temporal';

let site: WorkflowSite;
let folder: string;
let asked: TopicRequest[] = [];
/** What the agent says. */
let answer: (request: TopicRequest) => Promise<unknown>;

const SAID = {
  topic: 'metrics',
  observedAt: '2026-11-23T03:15:00.000Z',
  answer: {
    metrics: { value: { path: '/metrics', prefix: 'kingfisher_', samples: ['kingfisher_a 1'], more: 0, buckets: 0 } },
  },
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'halcyon-commands-'));
  const agent = () => ({
    observeTopic: async (request: TopicRequest) => {
      asked.push(request);
      return await answer(request);
    },
  });
  site = await WorkflowSite.up({ startServer: startLocal, agent });
});
afterAll(async () => {
  await site?.down();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  asked = [];
  answer = async () => SAID;
});

async function start(host: string): Promise<WorkflowHandle> {
  const input = { host, by: 'anna', request: { topic: 'metrics' } };
  const workflowId = `ask/${host}/metrics/${randomUUID()}`;
  return await site.env.client.workflow.start('askHost', {
    workflowId,
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [input],
  });
}

async function failure(run: WorkflowHandle): Promise<unknown> {
  return await run.result().catch((err: Error) => err.cause);
}

/** Who follows leaves by this. */
let leave: () => void;

async function commands(host: string, ...argv: string[]) {
  const file = join(folder, 'halcyon.yaml');
  writeFileSync(file, JSON.stringify({ temporal: { address: site.env.address }, hosts: { [host]: {} } }));
  const flags = ['--host', host, '--config', file, '--as', 'anna'];
  const leaving = new AbortController();
  leave = () => leaving.abort();
  const command = createCommandsCommand((work) => work(leaving.signal));
  return await outputOf(() => command.parseAsync([...argv, ...flags], { from: 'user' }));
}

it('asks the agent once, and its run is short', async () => {
  await site.withHost(async (_host, name) => {
    const run = await start(name);
    expect(await run.result()).toEqual(SAID);
    expect(asked).toEqual([{ topic: 'metrics' }]);
    expect((await run.fetchHistory()).events?.length).toBeLessThanOrEqual(12);
    await recordHistory(run, 'askHost.answered');
  });
});

it('hands on why the host refuses, and does not ask again', async () => {
  await site.withHost(async (_host, name) => {
    answer = async () => {
      throw ApplicationFailure.create({ type: 'ObservationFailed', message: 'the host says no', nonRetryable: false });
    };
    const run = await start(name);
    expect(await failure(run)).toMatchObject({ type: 'ObservationFailed', message: 'the host says no' });
    expect(asked).toHaveLength(1);
    await recordHistory(run, 'askHost.refused');
  });
});

it('says within seconds that an agent is away', async () => {
  await site.withHost(async (_host, name) => {
    const run = await start(name);
    expect(await failure(run)).toMatchObject({
      type: 'AgentUnreachable',
      message: expect.stringMatching(/took no work within 5 s: is the host up/) as string,
    });
    await recordHistory(run, 'askHost.agentAway');
  }, false);
});

it('is called off where nobody waits for it any more', async () => {
  await site.withHost(async (_host, name) => {
    let end: (said: unknown) => void = () => undefined;
    const said = new Promise((resolve) => (end = resolve));
    const begun = new Promise<void>((resolve) => {
      answer = async () => {
        resolve();
        return await said;
      };
    });
    const run = await start(name);
    await begun;
    await run.cancel();
    await expect(run.result()).rejects.toThrow('Workflow execution cancelled');
    end(SAID);
    await recordHistory(run, 'askHost.left');
  });
});

describe('the command', () => {
  it('shows the answer, and passes on what it is to look for', async () => {
    await site.withHost(async (_host, name) => {
      const { said, code } = await commands(name, 'metrics', '--match', 'a');
      expect(said).toBe(
        `${name}: metrics, 2026-11-23 03:15:00Z\n\nMetrics  [curl -s …/metrics | grep kingfisher_]\n  1  kingfisher_a\n`,
      );
      expect(code).toBeUndefined();
      expect(asked).toEqual([{ topic: 'metrics', match: 'a' }]);
    });
  });

  it('ends with 1 where a part is missing', async () => {
    await site.withHost(async (_host, name) => {
      answer = async () => ({ ...SAID, answer: { metrics: { problem: 'refused' } } });
      const { said, code } = await commands(name, 'metrics', '--json');
      expect(JSON.parse(said)).toMatchObject({
        host: name,
        topic: 'metrics',
        answer: { metrics: { problem: 'refused' } },
      });
      expect(code).toBe(1);
    });
  });

  it('follows a log over an agent that is away for a while', async () => {
    await site.withHost(async (_host, name) => {
      const read = (line: string) => ({ source: 'file', path: '/l', lines: [line], notes: [], problem: '' });
      const position = (offset: number) => ({ file: { inode: 1, offset, keyLines: 0 }, journal: null });
      let calls = 0;
      answer = async (request) => {
        calls += 1;
        if (calls === 2) throw new Error('the agent is starting again');
        // Once there was something to follow.
        if (calls === 4) leave();
        return {
          topic: 'logs',
          observedAt: SAID.observedAt,
          answer: { reads: [read(`line ${calls}`)], position: position(calls), more: true },
          request,
        };
      };
      const told = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
      const { said } = await commands(name, 'logs', '--follow');
      const lines = said.split('\n');
      expect(lines).toEqual(expect.arrayContaining(['  line 1', 'log      line 3']));
      expect(told.mock.calls.join('')).toContain('asking again');
      told.mockRestore();
      expect(asked.map((one) => one.position?.file?.offset)).toEqual([undefined, 1, 1, 3]);
    });
  });

  it('says who is away, and asks nobody', async () => {
    await expect(commands('h-nobody', 'metrics')).rejects.toThrow(/asks for (no )?work/);
    await site.withHost(async (_host, name) => {
      await expect(commands(name, 'metrics')).rejects.toThrow(`the agent of ${name} asks for no work`);
    }, false);
    expect(asked).toEqual([]);
  });
});
