import { isAllowed, notAllowed } from '../../../shared/safety/allowance';
import type { Permitted } from '../../../shared/safety/permit';
import { HostError } from '../../../host/errors';
import { checkLimits, kindOf } from '../../../host/settings-store/limits';
import { allowanceOf, openSetting } from '../../../host/settings-store/open';
import type { OpenedSetting } from '../../../host/settings-store/open';
import { createPendingStarts } from '../../../host/settings-store/pending';
import type { PendingStarts } from '../../../host/settings-store/pending';
import type { Found } from '../../../host/settings-store/store';
import type { SettingState, SettingValue } from '../../../shared/safety/lease';
import type { Change } from '../../../shared/observations/change';
import { applyPending, expectApply } from './apply-setting';
import { KnownSetting } from './known-setting';
import { noUndo } from '../core/change';
import type { ChangeRun } from '../core/change';
import type { HostDeps } from '../core/deps';
import type { Serialize } from '../core/serialize';
import { asActivity } from '../core/run';

const TEXT_CHARACTERS = 200;
/** Somebody may be changing other keys of the same file. */
const WRITE_ATTEMPTS = 5;
/** As long as a lease lasts at the most. */
const LONGEST_MS = 30 * 86_400_000;

interface SettingDeps extends HostDeps {
  pending: PendingStarts;
  inTurn: Serialize;
}

interface Wish {
  setting: string;
  expected: SettingValue;
  value: SettingValue;
  /** How long it is wanted, from now; absent for an undo. */
  forMs?: number;
}

export interface SettingActivities {
  /** A setting as it stands. Errors: `NotConfigured`, `UnsafeSelector`, `ObservationFailed`. */
  observeSetting(input: { setting: string }): Promise<SettingState>;
  /**
   * The setting is `value`, and KingFisher has taken it. It is written only in place of `expected`; both must be within
   * the host's own limits, so that what is changed can be put back. An attempt that died after it wrote is found, and
   * only what it did not come to is done. A place that ends values by itself does it after `forMs`; where the value stands
   * there for less time, that is made longer, and nothing else is done.
   *
   * As an undo only to what the ledger of this host has as the original, or for a longer time of what Halcyon wrote; else
   * `NoPermit`, unless it is so already.
   * Errors: `ValueChanged` when neither stands there, `NotConfigured`, `UnsafeSelector`, `ObservationFailed` for what is
   * absent or malformed, `NotInDesiredState`, `UnitMasked`, `UnitUnusable`.
   */
  ensureSetting(input: Permitted<Wish>): Promise<Change<SettingState>>;
}

/** B, C, D: a setting is changed where it lives, by compare-and-swap. */
export function createSettingActivities(
  deps: HostDeps,
  inTurn: Serialize,
  pending: PendingStarts = createPendingStarts(),
): SettingActivities {
  const { settings, redact, asChange, ledger } = deps;
  return {
    observeSetting: asActivity(redact, async ({ signal }, { setting }) => {
      const opened = openSetting(settings, setting, deps);
      return stateOf(new KnownSetting(ledger.settings, setting), opened, await look(deps, opened, signal));
    }),
    // An attempt that Temporal gave up may still be at work. Settings share files, and all share the service.
    ensureSetting: asChange(
      'ensureSetting',
      async (run, wish: Wish) =>
        await inTurn('settings', async () => await ensureSetting({ ...deps, pending, inTurn }, wish, run)),
      ({ setting }) => allowanceOf(settings, setting),
    ),
  };
}

async function ensureSetting(
  deps: SettingDeps,
  wish: Wish,
  { signal, mayStillChange, isUndo }: ChangeRun,
): Promise<Change<SettingState>> {
  const { setting, expected, value, forMs } = wish;
  refuseTimes(deps, wish);
  const opened = openSetting(deps.settings, setting, { run: deps.run, forMs });
  // Where they are the same, nothing can be written.
  if (value !== expected) for (const one of [value, expected]) checkLimits(setting, one, opened.place);
  const applying = { deps, setting, apply: opened.place.apply, pending: deps.pending };
  const known = new KnownSetting(deps.ledger.settings, setting, { ...wish, isUndo });
  const before = await look(deps, opened, signal);
  if (!known.mayBeDone) {
    if (before.value === value) return unchanged(stateOf(known, opened, before));
    throw noUndo(`Halcyon changed ${setting} from ${JSON.stringify(value)}`);
  }
  const unclear = known.notesOn(before);
  let written = false;
  let found = before;
  for (let attempt = 1; !written && needsWrite(found, wish, known); attempt++) {
    if (attempt > WRITE_ATTEMPTS) throw busy(opened.store.place);
    await expectApply(applying);
    await known.begin(found);
    mayStillChange();
    written = await opened.store.replace(found, value, signal);
    if (!written) found = await look(deps, opened, signal);
  }
  const notes = await deps.inTurn('kingfisher', async () => await applyPending(applying));
  const after = await look(deps, opened);
  if (after.evidence !== 'present' || after.value !== value) throw notSo(setting, after, value);
  await known.done(written ? found : undefined, after);
  return {
    before: stateOf(known, opened, before),
    after: stateOf(known, opened, after),
    changed: written || notes.length > 0,
    notes: [...notes, ...unclear],
  };
}

/** To make something last longer is no undo, although nothing holds it up either; and nothing lasts for ever. */
function refuseTimes({ settings }: SettingDeps, { setting, forMs }: Wish): void {
  if (forMs === undefined) return;
  const needed = allowanceOf(settings, setting);
  if (!isAllowed(needed, settings)) {
    throw new HostError('NotAllowed', `${notAllowed(needed, settings.host)}; nothing was changed`);
  }
  if (Number.isFinite(forMs) && forMs <= LONGEST_MS) return;
  throw new HostError('UnsafeSelector', `${setting}: ${forMs} ms is no time of at most 30 days; nothing was changed`);
}

/** @throws HostError `ValueChanged`, and `ObservationFailed` for what is not there to be compared with. */
function needsWrite(found: Found, { setting, expected, value, forMs }: Wish, known: KnownSetting): boolean {
  if (found.evidence !== 'present') {
    throw new HostError('ObservationFailed', `${setting} is ${found.evidence}: ${found.detail}; nothing was changed`);
  }
  if (found.value === value) return found.endsInMs !== undefined && forMs !== undefined && found.endsInMs < forMs;
  const is = JSON.stringify(found.value);
  if (known.isAnothers(found)) {
    throw new HostError('ValueChanged', `${setting} is ${is} by another hand: it was left alone`);
  }
  if (found.value === expected) return true;
  const was = JSON.stringify(expected);
  throw new HostError(
    'ValueChanged',
    `${setting} is ${is} and no longer ${was}: somebody changed it, it was left alone`,
  );
}

/** Text that may hold a secret never leaves the host, and is no value that could be put back. */
async function look({ redact }: HostDeps, { store, place }: OpenedSetting, signal?: AbortSignal): Promise<Found> {
  const found = await store.read(signal);
  const { value } = found;
  if (value === null) return found;
  const unfit = (detail: string): Found => ({ ...found, evidence: 'malformed', value: null, detail });
  if (typeof value !== kindOf(place)) return unfit(`expected a ${kindOf(place)}, found a ${typeof value}`);
  if (typeof value === 'string' && redact(value, TEXT_CHARACTERS) !== value) return unfit('it looks like a secret');
  return found;
}

function stateOf(known: KnownSetting, { store }: OpenedSetting, found: Found): SettingState {
  const { evidence, value, version, endsInMs } = found;
  const ledger = known.change(found);
  return {
    setting: known.setting,
    evidence,
    value,
    version,
    place: store.place,
    ...(endsInMs === undefined ? {} : { endsInMs }),
    ...(ledger === undefined ? {} : { ledger }),
  };
}

function unchanged(state: SettingState): Change<SettingState> {
  return { before: state, after: state, changed: false, notes: [] };
}

function busy(place: string): HostError {
  return new HostError('NotInDesiredState', `${place} changes all the time; see who writes it`);
}

function notSo(setting: string, { evidence, value }: Found, wanted: SettingValue): HostError {
  const is = evidence === 'present' ? JSON.stringify(value) : evidence;
  return new HostError('NotInDesiredState', `${setting} is ${is} after it was set to ${JSON.stringify(wanted)}`);
}
