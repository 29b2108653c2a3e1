import type { Permitted } from '../../../shared/safety/permit';
import { HostError } from '../../../host/errors';
import { countPermissions, mendPermissions } from '../../../host/files/permissions';
import type { PermissionCheck, Permissions } from '../../../host/files/permissions';
import { findOwner, listNames } from '../../../host/files/permissions-wanted';
import { writersOf } from '../../../host/files/writers';
import { notConfigured } from '../../../host/services/service-managers';
import type { Change } from '../../../shared/observations/change';
import type { PermissionCount } from '../../../shared/observations/files';
import type { HostDeps } from '../core/deps';
import { createSerializer } from '../core/serialize';
import { asActivity } from '../core/run';
import type { ChangeRun } from '../core/change';

const EXAMPLE_CHARACTERS = 300;

export interface PermissionActivities {
  /** H.3 dry run. */
  observePermissions(): Promise<PermissionCount>;
  /**
   * H.3. More differences than `limit`, or than the agent's own limits without or with a person's approval, fail with
   * `UnsafeSelector` and change nothing.
   */
  ensurePermissions(input: Permitted<{ limit: number; isApproved?: boolean }>): Promise<Change<PermissionCount>>;
  /** B.2: the same of the folder of images alone. */
  observeImagePermissions(): Promise<PermissionCount>;
  /** B.2: the same of the folder of images alone, up to the agent's own limit. */
  ensureImagePermissions(input: Permitted<object>): Promise<Change<PermissionCount>>;
}

/** H.3, B.2: `chown -R` and `chmod -R`, of what differs and nothing else. */
export function createPermissionActivities(deps: HostDeps): PermissionActivities {
  const { redact, asChange } = deps;
  const { dataDir, imagesDir, permissionsLimit } = deps.settings.kingfisher;
  const inTurn = createSerializer();
  return {
    observePermissions: asActivity(redact, async ({ signal }) => {
      return counted(await countPermissions(await wanted(deps, dataDir, signal)), deps);
    }),
    ensurePermissions: asChange('ensurePermissions', async (run, asked) => {
      return await inTurn('permissions', async () => await ensurePermissions(deps, dataDir, asked, run));
    }),
    observeImagePermissions: asActivity(redact, async ({ signal }) => {
      return counted(await countPermissions(await wanted(deps, imagesDir, signal)), deps);
    }),
    ensureImagePermissions: asChange('ensureImagePermissions', async (run) => {
      const asked = { limit: permissionsLimit };
      return await inTurn('permissions', async () => await ensurePermissions(deps, imagesDir, asked, run));
    }),
  };
}

/** The limit asked for counts within the agent's own: a workflow cannot widen what its host allows. */
async function ensurePermissions(
  deps: HostDeps,
  folder: string,
  { limit: askedLimit, isApproved = false }: { limit: number; isApproved?: boolean },
  { signal, mayStillChange }: ChangeRun,
): Promise<Change<PermissionCount>> {
  if (!Number.isSafeInteger(askedLimit) || askedLimit < 0) throw tooMany(`a limit of ${askedLimit} is none`);
  const what = { ...(await wanted(deps, folder, signal)), mayStillChange };
  const { permissionsLimit, permissionsApprovedLimit } = deps.settings.kingfisher;
  const limit = Math.min(askedLimit, isApproved ? permissionsApprovedLimit : permissionsLimit);
  const before = await countPermissions(what);
  if (before.different > limit) throw tooMany(`${before.different} entries differ, more than the limit of ${limit}`);
  const notes = before.notes.map((note) => deps.redact(note, EXAMPLE_CHARACTERS));
  const found = counted(before, deps);
  if (before.different === 0) return { before: found, after: found, changed: false, notes };
  const mended = await mendPermissions(what, limit);
  const after = await countPermissions(what);
  if (after.different > 0) throw notMended(after, mended);
  return { before: found, after: counted(after, deps), changed: true, notes };
}

async function wanted({ settings }: HostDeps, folder: string, signal: AbortSignal): Promise<Permissions> {
  const { owner: named, quarantineDir: spared } = settings.kingfisher;
  if (named === null) throw notConfigured('kingfisher.owner');
  const [owner, names] = [await findOwner(named), await listNames()];
  return { folder, owner, names, spared, writers: await writersOf(settings.kingfisher), signal };
}

function counted({ entries, different, examples, skipped }: PermissionCheck, { redact }: HostDeps): PermissionCount {
  return { entries, different, examples: examples.map((text) => redact(text, EXAMPLE_CHARACTERS)), skipped };
}

function tooMany(reason: string): HostError {
  const remedy = 'nothing was changed; look at them, and raise permissionsLimit if they are right';
  return new HostError('UnsafeSelector', `${reason}; ${remedy}`);
}

function notMended(after: PermissionCheck, { notes }: PermissionCheck): HostError {
  const why = notes[0] ?? after.examples[0] ?? '';
  return new HostError('NotInDesiredState', `${after.different} entries still have other permissions: ${why}`);
}
