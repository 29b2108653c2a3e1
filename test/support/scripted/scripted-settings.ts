import { ApplicationFailure } from '@temporalio/common';
import type { SettingActivities } from '../../../src/activities/host/settings/settings';
import type { SettingState, SettingValue } from '../../../src/shared/safety/lease';
import type { Change } from '../../../src/shared/observations/change';
import type { ChangePermit } from '../../../src/shared/safety/permit';

type Name = keyof SettingActivities;

/** As the kernel keeps a block. */
const KEPT_LATER_MS = 10_000;

/** A host's settings whose behaviour a test scripts. Keeps the agent's contract: compare-and-swap, desired state. */
export class ScriptedSettings {
  readonly values: Record<string, SettingValue> = { 'openai.max_qps': 8 };
  /** Every value that was written, in order. */
  readonly writes: SettingValue[] = [];
  readonly permits: ChangePermit[] = [];
  readonly calls: Name[] = [];
  malformed = false;
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
        return await this.ensure(wish);
      },
    };
  }

  private async ensure(
    wish: Omit<Parameters<SettingActivities['ensureSetting']>[0], 'permit'>,
  ): Promise<Change<SettingState>> {
    const { setting, expected, value, forMs } = wish;
    const before = this.state(setting);
    if (isMember(setting) && value === 'blocked' && before.value === expected) this.keptMs[setting] = forMs!;
    if (before.value === value) return { before, after: this.state(setting), changed: false, notes: [] };
    if (before.value !== expected) throw ApplicationFailure.nonRetryable(`is ${before.value}`, 'ValueChanged');
    this.values[setting] = value;
    this.writes.push(value);
    await this.afterWrite();
    return { before, after: this.state(setting), changed: true, notes: [] };
  }

  private state(setting: string): SettingState {
    const value = this.values[setting] ?? (isMember(setting) ? 'unblocked' : null);
    const evidence = this.malformed ? 'malformed' : value === null ? 'absent' : 'present';
    const state: SettingState = { setting, evidence, value, version: String(value), place: '/etc/k.json' };
    if (this.malformed) return { ...state, value: null };
    return value === 'blocked' ? { ...state, endsInMs: this.keptMs[setting]! + KEPT_LATER_MS } : state;
  }
}

function isMember(setting: string): boolean {
  return setting.endsWith(']');
}
