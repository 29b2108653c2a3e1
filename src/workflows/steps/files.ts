import type { Change } from '../../shared/observations/change';
import type { FileCount } from '../../shared/observations/files';
import type { HostSteps } from '../runbook/host-steps';
import { size } from '../../shared/text/sizes';

/** Steps on temporary files and old logs: D.2, G.1, H.4. */

/** The document's remedies for a full disk: old temporary files go (D.2), logs are rotated (G.1). */
export async function freeSpace(steps: HostSteps): Promise<void> {
  await removeTemporaryFiles(steps);
  await steps.tryAct(
    { cite: 'G.1', title: 'Rotate the logs' },
    {},
    (host, permit) => host.ensureLogsRotated({ permit }),
    describeFiles,
  );
}

/** `find data/images/temp -mtime +1 -delete` of the document. */
export async function removeTemporaryFiles(steps: HostSteps): Promise<void> {
  const olderThanMs = steps.policy.tempFilesOlderThanMs;
  await steps.tryAct(
    { cite: 'D.2', title: 'Remove old temporary files' },
    {},
    (host, permit) => host.ensureTempFilesRemoved({ olderThanMs, permit }),
    describeFiles,
  );
}

export async function clearTemporaryFiles(steps: HostSteps): Promise<Change<FileCount> | undefined> {
  const olderThanMs = steps.policy.tempFilesOlderThanMs;
  return await steps.tryAct(
    { cite: 'H.4', title: 'Clear temporary files' },
    {},
    (host, permit) => host.ensureTemporaryFilesCleared({ olderThanMs, permit }),
    describeFiles,
  );
}

export async function planTemporaryFiles(steps: HostSteps): Promise<void> {
  const olderThanMs = steps.policy.tempFilesOlderThanMs;
  await steps.observe(
    { cite: 'H.4', title: 'Would clear temporary files' },
    (host) => host.observeTemporaryFiles({ olderThanMs }),
    describeFileCount,
  );
}

export function describeFiles(change: Change<FileCount>): string {
  const { before, after } = change;
  return `${before.files} files, ${size(before.bytes)} → ${after.files} files, ${size(after.bytes)}`;
}

export function describeFileCount({ files, bytes }: FileCount): string {
  return `${files} files, ${size(bytes)}`;
}
