import { unsafe } from '../../host/files/selectors';
import { clearTemporaryFiles, countTemporaryFiles } from '../../host/files/temporary-files';
import type { Cleared, TemporaryFiles } from '../../host/files/temporary-files';
import { listUsers } from '../../host/programs/users';
import type { Change, FileCount } from '../../shared/observations/observations';
import type { HostDeps } from './core/deps';
import { createSerializer } from './core/serialize';
import type { RecoveryActivities } from './recovery-types';
import { asActivity } from './core/run';
import type { ChangeRun } from './core/change';

const NOTE_CHARACTERS = 300;

/** H.4: `rm -rf data/temp/* /tmp/kingfisher-*`, of what is old and the service's. */
export function createTemporaryActivities(
  deps: HostDeps,
): Pick<RecoveryActivities, 'observeTemporaryFiles' | 'ensureTemporaryFilesCleared'> {
  const { redact, asChange } = deps;
  const inTurn = createSerializer();
  return {
    observeTemporaryFiles: asActivity(redact, async ({ signal }, { olderThanMs }) => {
      return sizeOf(await countTemporaryFiles(await selected(deps, olderThanMs, signal)));
    }),
    ensureTemporaryFilesCleared: asChange('ensureTemporaryFilesCleared', async (run, { olderThanMs }) => {
      return await inTurn('temporary', async () => await ensureCleared(deps, olderThanMs, run));
    }),
  };
}

async function ensureCleared(deps: HostDeps, olderThanMs: number, run: ChangeRun): Promise<Change<FileCount>> {
  const { signal, mayStillChange } = run;
  const what = { ...(await selected(deps, olderThanMs, signal)), mayStillChange };
  const { tempFilesLimit } = deps.settings.kingfisher;
  const before = await countTemporaryFiles(what);
  if (before.files > tempFilesLimit) {
    throw unsafe(`${before.files} temporary files are more than the limit of ${tempFilesLimit} (tempFilesLimit)`);
  }
  const cleared = await clearTemporaryFiles(what, tempFilesLimit);
  const after = await countTemporaryFiles(what);
  const notes = cleared.notes.map((note) => deps.redact(note, NOTE_CHARACTERS));
  return { before: sizeOf(before), after: sizeOf(after), changed: after.files < before.files, notes };
}

async function selected({ settings }: HostDeps, olderThanMs: number, signal: AbortSignal): Promise<TemporaryFiles> {
  if (!Number.isFinite(olderThanMs) || olderThanMs <= 0) throw unsafe(`an age of ${olderThanMs} ms selects every file`);
  const { dataDir, tempDirs, tempElsewhere, user } = settings.kingfisher;
  return {
    dataDir,
    tempDirs,
    elsewhere: tempElsewhere,
    uid: (await listUsers()).find(({ name }) => name === user)?.uid,
    writtenBefore: Date.now() - olderThanMs,
    keep: settings.backup === null ? [] : [settings.backup.root],
    signal,
  };
}

function sizeOf({ files, bytes }: Cleared): FileCount {
  return { files, bytes };
}
