import { HostError } from '../errors';
import { RecordTooLong } from '../fence/record-file';
import type { Found, Mark } from '../settings-store/store';
import type { ChangeHand, SettingValue } from '../../shared/safety/lease';
import { createLedgerFile } from './ledger-file';

const SLOT_BYTES = 262_144;
/** Of those under way at once. */
const MOST = 200;
/** Of one setting: the value in effect, and those on their way. */
const VALUES_KEPT = 4;

/** A setting that stands otherwise than it would without Halcyon. */
export interface ChangedSetting {
  setting: string;
  /** What stood there before Halcyon's first change of it: what it is put back to. */
  original: SettingValue;
  /** What Halcyon wrote, or may have written. */
  values: SettingValue[];
  /** How its place was right after that; null before it is known, or where the place has none. */
  mark: Mark | null;
  /** ISO 8601. */
  since: string;
  /** When the place ends it by itself, ISO 8601; null where it does not. */
  endsAt: string | null;
}

/** What Halcyon changed of this host's settings, and has not put back. */
export interface ChangedSettings {
  /** @throws HostError as the ledger's files, as the others do */
  prepare(): Promise<void>;
  find(setting: string): ChangedSetting | undefined;
  all(): ChangedSetting[];
  /** Before `value` is written in place of what was found. A change that is known keeps its original. */
  begin(found: Found, change: { setting: string; value: SettingValue }): Promise<void>;
  /** It stands there now, and this is how its place is. */
  written(setting: string, after: Found): Promise<void>;
  /** It is put back. */
  end(setting: string): Promise<void>;
  /** Halcyon itself wrote in a place: what else it changed there is still as Halcyon left it. */
  moved(before: Mark | undefined, after: Mark | undefined): Promise<void>;
}

interface Kept {
  settings: ChangedSetting[];
}

export function createChangedSettings({ stateDir, now }: { stateDir: string; now: () => number }): ChangedSettings {
  const file = createLedgerFile<Kept>({
    stateDir,
    name: 'settings',
    what: 'what Halcyon changed',
    slotBytes: SLOT_BYTES,
    empty: { settings: [] },
  });
  const find = (setting: string) => file.read().settings.find((one) => one.setting === setting);
  const change = async (setting: string, to: (old: ChangedSetting | undefined) => ChangedSetting | undefined) => {
    await file.change((kept) => {
      const next = to(kept.settings.find((one) => one.setting === setting));
      const others = kept.settings.filter((one) => one.setting !== setting);
      return { settings: next === undefined ? others : [...withRoom(others, now()), next] };
    });
  };
  return {
    prepare: () => file.prepare(),
    find,
    all: () => file.read().settings,
    begin: async (found, { setting, value }) => {
      const fresh = { setting, original: found.value!, values: [], mark: null, since: new Date(now()).toISOString() };
      await orFull(
        change(setting, (old) => {
          const known = old !== undefined && handOf(old, found) !== 'another' ? old : { ...fresh, endsAt: null };
          const values = [...known.values.filter((one) => one !== value), value].slice(-VALUES_KEPT);
          return { ...known, values, mark: null };
        }),
      );
    },
    written: async (setting, { value, mark = null, endsInMs }) => {
      if (value === null) return;
      const endsAt = endsInMs === undefined ? null : new Date(now() + endsInMs).toISOString();
      await change(setting, (old) => old && { ...old, values: [value], mark, endsAt });
    },
    end: async (setting) => await change(setting, () => undefined),
    moved: async (before, after) => {
      if (before === undefined || after === undefined) return;
      const isThere = ({ mark }: ChangedSetting) => mark !== null && isSame(mark, before);
      if (!file.read().settings.some(isThere)) return;
      await file.change(({ settings }) => ({
        settings: settings.map((one) => (isThere(one) ? { ...one, mark: after } : one)),
      }));
    },
  };
}

/**
 * Whose doing it is that a setting stands as it was found. A value that Halcyon wrote is another hand's where the place was
 * written since, and holds the same as before in every byte: nobody does that but on purpose. `unclear` where something else
 * in the place is another one, too.
 */
export function handOf({ original, values, mark, endsAt }: ChangedSetting, found: Found): ChangeHand {
  if (found.value === original) return 'halcyon';
  if (found.value === null || !values.includes(found.value)) return 'another';
  // Halcyon blocks nobody for good.
  if (endsAt !== null && found.endsInMs === undefined) return 'another';
  if (mark === null || found.mark === undefined || isSame(mark, found.mark)) return 'halcyon';
  return mark.content === found.mark.content ? 'another' : 'unclear';
}

function isSame(a: Mark, b: Mark): boolean {
  return a.content === b.content && a.writing === b.writing;
}

/** What its place has ended is over. */
function withRoom(settings: ChangedSetting[], now: number): ChangedSetting[] {
  if (settings.length < MOST) return settings;
  const open = settings.filter(({ endsAt }) => endsAt === null || Date.parse(endsAt) > now);
  if (open.length < MOST) return open;
  throw full();
}

async function orFull(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (err) {
    throw err instanceof RecordTooLong ? full() : err;
  }
}

function full(): HostError {
  const remedy = 'end some of them: halcyon leases list';
  return new HostError('UnsafeSelector', `as many settings of this host are changed as it can remember; ${remedy}`);
}
