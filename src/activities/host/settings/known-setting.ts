import { handOf } from '../../../host/ledger/changed-settings';
import type { ChangedSetting, ChangedSettings } from '../../../host/ledger/changed-settings';
import type { Found } from '../../../host/settings-store/store';
import type { KnownChange, SettingValue } from '../../../shared/safety/lease';

interface Wish {
  expected: SettingValue;
  value: SettingValue;
  isUndo: boolean;
}

/** One setting as the ledger of the host knows it, while it is looked at or changed. */
export class KnownSetting {
  constructor(
    private readonly ledger: ChangedSettings,
    readonly setting: string,
    /** What is to become of it; absent where it is only looked at. */
    private readonly wish?: Wish,
  ) {}

  /** What the ledger says of it as it was found; `undefined` where it knows of no change. */
  change(found: Found): KnownChange | undefined {
    const { entry } = this;
    return entry === undefined ? undefined : { original: entry.original, hand: handOf(entry, found) };
  }

  /**
   * False for an undo of what the ledger does not know. It puts back what Halcyon changed, to what it was before; or lets what
   * Halcyon wrote stay for longer.
   */
  get mayBeDone(): boolean {
    const { entry, wish } = this;
    if (wish?.isUndo !== true) return true;
    if (entry === undefined) return false;
    return wish.value === entry.original || (wish.value === wish.expected && entry.values.includes(wish.value));
  }

  /** It is to be put back, and somebody wrote what stands there now. */
  isAnothers(found: Found): boolean {
    return this.wish?.isUndo === true && this.change(found)?.hand === 'another';
  }

  /** For people, of an undo that may go against somebody's wish. */
  notesOn(found: Found): string[] {
    const { wish } = this;
    if (wish?.isUndo !== true || found.value === wish.value || this.change(found)?.hand !== 'unclear') return [];
    const is = JSON.stringify(found.value);
    return [`something else in the same place was written since: whether ${is} was meant by somebody cannot be told`];
  }

  /** Before it is written. */
  async begin(found: Found): Promise<void> {
    const { ledger, setting, wish } = this;
    if (wish?.isUndo === false) await ledger.begin(found, { setting, value: wish.value });
  }

  /** It is as wished, and taken. `replaced`: what was written over. */
  async done(replaced: Found | undefined, after: Found): Promise<void> {
    const { ledger, setting, wish, entry } = this;
    if (replaced !== undefined) await ledger.moved(replaced.mark, after.mark);
    if (entry === undefined) return;
    if (wish?.isUndo === true && wish.value === entry.original) await ledger.end(setting);
    // What somebody else wrote does not become Halcyon's by being as wished.
    else if (replaced !== undefined || handOf(entry, after) !== 'another') await ledger.written(setting, after);
  }

  private get entry(): ChangedSetting | undefined {
    return this.ledger.find(this.setting);
  }
}
