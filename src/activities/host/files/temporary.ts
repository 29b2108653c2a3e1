import type { Permitted } from '../../../shared/safety/permit';
import { unsafe } from '../../../host/files/selectors';
import { clearTemporaryFiles, countTemporaryFiles } from '../../../host/files/temporary-files';
import type { Cleared, TemporaryFiles } from '../../../host/files/temporary-files';
import { writersOf } from '../../../host/files/writers';
import { listUsers } from '../../../host/programs/users';
import type { Change } from '../../../shared/observations/change';
import type { FileCount } from '../../../shared/observations/files';
import type { HostDeps } from '../core/deps';
import { createSerializer } from '../core/serialize';
import { asActivity } from '../core/run';
import type { Run } from '../core/run';
import type { ChangeRun } from '../core/change';

const NOTE_CHARACTERS = 300;

export interface TemporaryActivities {
  /** H.4 dry run. Whatever is asked, nothing younger than the agent's own `tempFilesOlderThan` counts. */
  observeTemporaryFiles(input: { olderThanMs: number }): Promise<FileCount>;
  /** H.4: `data/temp/*` and `/tmp/kingfisher-*` by age and owner; never through a link, across a mount, or a backup. */
  ensureTemporaryFilesCleared(input: Permitted<{ olderThanMs: number }>): Promise<Change<FileCount>>;
}

/** H.4: `rm -rf data/temp/* /tmp/kingfisher-*`, of what is old and the service's. */
export function createTemporaryActivities(deps: HostDeps): TemporaryActivities {
  const { redact, asChange } = deps;
  const inTurn = createSerializer();
  return {
    observeTemporaryFiles: asActivity(redact, async (run, { olderThanMs }) => {
      return sizeOf(await countTemporaryFiles(await everythingOld(deps, olderThanMs, run)));
    }),
    ensureTemporaryFilesCleared: asChange('ensureTemporaryFilesCleared', async (run, { olderThanMs }) => {
      return await inTurn(
        'temporary',
        async () => await ensureCleared(deps, await everythingOld(deps, olderThanMs, run), run),
      );
    }),
  };
}

/** None of them is left; more than `tempFilesLimit` are refused. */
export async function ensureCleared(
  { settings, redact }: HostDeps,
  what: TemporaryFiles,
  { mayStillChange }: Pick<ChangeRun, 'mayStillChange'>,
): Promise<Change<FileCount>> {
  const { tempFilesLimit } = settings.kingfisher;
  const before = await countTemporaryFiles(what);
  if (before.files > tempFilesLimit) {
    throw unsafe(`${before.files} temporary files are more than the limit of ${tempFilesLimit} (tempFilesLimit)`);
  }
  const cleared = await clearTemporaryFiles({ ...what, mayStillChange }, tempFilesLimit);
  const after = await countTemporaryFiles(what);
  const notes = cleared.notes.map((note) => redact(note, NOTE_CHARACTERS));
  return { before: sizeOf(before), after: sizeOf(after), changed: after.files < before.files, notes };
}

/** D.2: regular files, and only in KingFisher's own temporary folders. */
export async function oldFiles(deps: HostDeps, olderThanMs: number, run: Pick<Run, 'signal'>): Promise<TemporaryFiles> {
  return { ...(await everythingOld(deps, olderThanMs, run)), elsewhere: [], onlyFiles: true };
}

async function everythingOld(
  { settings }: HostDeps,
  olderThanMs: number,
  { signal }: Pick<Run, 'signal'>,
): Promise<TemporaryFiles> {
  if (!Number.isFinite(olderThanMs) || olderThanMs <= 0) throw unsafe(`an age of ${olderThanMs} ms selects every file`);
  const { dataDir, tempDirs, tempElsewhere, tempFilesOlderThanMs, user } = settings.kingfisher;
  return {
    dataDir,
    tempDirs,
    elsewhere: tempElsewhere,
    writers: await writersOf(settings.kingfisher),
    uid: (await listUsers()).find(({ name }) => name === user)?.uid,
    // A workflow may want less to be removed, and never more.
    writtenBefore: Date.now() - Math.max(olderThanMs, tempFilesOlderThanMs),
    keep: settings.backup === null ? [] : [settings.backup.root],
    signal,
  };
}

function sizeOf({ files, bytes }: Cleared): FileCount {
  return { files, bytes };
}
