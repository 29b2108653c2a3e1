import { ApplicationFailure } from '@temporalio/common';
import type { SettingActivities } from '../../activities/host/settings/settings';
import type { SettingState, SettingValue } from '../../shared/safety/lease';
import type { Change } from '../../shared/observations/change';
import type { ChangePermit } from '../../shared/safety/permit';

type Name = keyof SettingActivities;

/** As the kernel keeps a block. */
const KEPT_LATER_MS = 10_000;

/**
 * A host's settings whose behaviour a test scripts. Keeps the agent's contract: compare-and-swap, desired state, and an undo
 * only of what its ledger knows.
 */
export class ScriptedSettings {
  readonly values: Record<string, SettingValue> = { 'openai.max_qps': 8 };
  /** Every value that was written, in order. */
  readonly writes: SettingValue[] = [];
  readonly permits: ChangePermit[] = [];
  readonly calls: Name[] = [];
  malformed = false;
  /** What its ledger has of each setting: the original, and what Halcyon wrote or may have written. */
  readonly known: Record<string, { original: SettingValue; values: SettingValue[] }> = {};
  /** Settings that somebody else wrote since, whatever stands there. */
  readonly rewritten = new Set<string>();
  /** How long each member of a family is kept by its place, as it was told last. */
  readonly keptMs: Record<string, number> = {};
  /** Called before each activity; may throw or wait. */
  before: (activity: Name) => Promise<void> | void = () => undefined;
  /** Called when a value was written and the attempt is not over. */
  afterWrite: () => Promise<void> | void = () => undefined;

  activities(): SettingActivities {
    return {
      observeSetting: async ({ setting }) => {
        this.calls.push('observeSetting');
        await this.before('observeSetting');
        return this.state(setting);
      },
      ensureSetting: async ({ permit, ...wish }) => {
        this.calls.push('ensureSetting');
        this.permits.push(permit);
        await this.before('ensureSetting');
        return await this.ensure(wish, permit.kind === 'undo');
      },
    };
  }

  /** An attempt that wrote it, as far as anybody knows, and came to no end. */
  halfWritten(setting: string, value: SettingValue): void {
    this.begin(setting, value);
    this.values[setting] = value;
  }

  private begin(setting: string, value: SettingValue): void {
    const { original, values = [] } = this.known[setting] ?? {};
    this.known[setting] = { original: original ?? this.state(setting).value!, values: [...values, value] };
  }

  private async ensure(
    wish: Omit<Parameters<SettingActivities['ensureSetting']>[0], 'permit'>,
    isUndo: boolean,
  ): Promise<Change<SettingState>> {
    const { setting, expected, value, forMs } = wish;
    const before = this.state(setting);
    const isSo = before.value === value;
    if (isUndo && !isSo && !this.mayUndo(wish)) throw refusal('NoPermit', 'the ledger has no such change');
    if (isUndo && !isSo && before.ledger?.hand === 'another') throw refusal('ValueChanged', `is ${before.value}`);
    if (isMember(setting) && value === 'blocked' && before.value === expected) this.keptMs[setting] = forMs!;
    if (isSo) return { before, after: this.state(setting), changed: false, notes: [] };
    if (before.value !== expected) throw refusal('ValueChanged', `is ${before.value}`);
    if (!isUndo) this.begin(setting, value);
    this.values[setting] = value;
    this.writes.push(value);
    await this.afterWrite();
    if (isUndo) delete this.known[setting];
    return { before, after: this.state(setting), changed: true, notes: [] };
  }

  private mayUndo({ setting, expected, value }: { setting: string; expected: SettingValue; value: SettingValue }) {
    const known = this.known[setting];
    return known !== undefined && (known.original === value || (value === expected && known.values.includes(value)));
  }

  private ledgerOf(setting: string, value: SettingValue | null): Pick<SettingState, 'ledger'> {
    const known = this.known[setting];
    if (known === undefined || value === null) return {};
    const isOurs = value === known.original || (known.values.includes(value) && !this.rewritten.has(setting));
    return { ledger: { original: known.original, hand: isOurs ? 'halcyon' : 'another' } };
  }

  private state(setting: string): SettingState {
    const value = this.values[setting] ?? (isMember(setting) ? 'unblocked' : null);
    const evidence = this.malformed ? 'malformed' : value === null ? 'absent' : 'present';
    const ledger = this.ledgerOf(setting, value);
    const state: SettingState = { setting, evidence, value, version: String(value), place: '/etc/k.json', ...ledger };
    if (this.malformed) return { ...state, value: null };
    return value === 'blocked' ? { ...state, endsInMs: this.keptMs[setting]! + KEPT_LATER_MS } : state;
  }
}

function refusal(type: string, why: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(why, type);
}

function isMember(setting: string): boolean {
  return setting.endsWith(']');
}
