import type { Replayed } from '../temporal/replay';
import type { WorkflowSource } from '../temporal/workflow-source';
import { withClient } from './support/connect';
import { plain } from './incident/print-timeline';
import { table } from './support/table';

interface ReplayOptions {
  config?: string;
  json?: boolean;
}

/** Exit code when an open run does not fit this build. */
const MISFIT_EXIT_CODE = 1;

/**
 * `halcyon doctor --replay [--json]`: whether the workflows of this build can go on with every open run of the cluster. Run
 * the new version's own command, before its controllers. Only reads.
 */
export async function doctorReplay(options: ReplayOptions, workflows?: WorkflowSource): Promise<void> {
  await withClient(options, async (client) => {
    // Only here: the other commands do without the SDK's worker, which takes time to load.
    const { replayOpenRuns } = await import('../temporal/replay');
    const progress = showProgress();
    const replayed = await replayOpenRuns(client, { workflows, onProgress: progress.show }).finally(progress.end);
    process.stdout.write(options.json === true ? `${JSON.stringify(replayed)}\n` : format(replayed));
    if (replayed.misfits.length > 0) process.exitCode = MISFIT_EXIT_CODE;
  });
}

function format({ runs, misfits }: Replayed): string {
  const rows = misfits.map(({ workflowId, type, differs }) => ['breaks', workflowId, type, differs]);
  const verdict =
    misfits.length === 0
      ? `open runs that replay: ${runs}; none breaks, so this build can go on with them`
      : `open runs that break: ${misfits.length} of ${runs}; let them end under the build that runs now, or keep that build for them`;
  return [...table(rows), verdict].map((line) => `${plain(line)}\n`).join('');
}

/** On a terminal one line that changes, elsewhere nothing: what is left of it is the result. */
function showProgress(): { show: (done: number, expected: number) => void; end: () => void } {
  const { stderr } = process;
  const write = (text: string) => void (stderr.isTTY && stderr.write(`\r\u001b[K${text}`));
  return {
    show: (done, expected) => write(`replaying the open runs: ${done} of ${expected}`),
    end: () => write(''),
  };
}
