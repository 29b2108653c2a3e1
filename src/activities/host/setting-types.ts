import type { SettingState, SettingValue } from '../../shared/safety/lease';
import type { Change } from '../../shared/observations/observations';
import type { Permitted } from '../../shared/safety/permit';

/** B, C, D "edit config": KingFisher's settings, each where this host's configuration says that it lives. */
export interface SettingActivities {
  /** A setting as it stands. Errors: `NotConfigured`, `UnsafeSelector`, `ObservationFailed`. */
  observeSetting(input: { setting: string }): Promise<SettingState>;
  /**
   * The setting is `value`, and KingFisher has taken it. It is written only in place of `expected`; both must be within
   * the host's own limits, so that what is changed can be put back. An attempt that died after it wrote is found, and
   * only what it did not come to is done.
   * Errors: `ValueChanged` when neither stands there, `NotConfigured`, `UnsafeSelector`, `ObservationFailed` for what is
   * absent or malformed, `NotInDesiredState`, `UnitMasked`, `UnitUnusable`.
   */
  ensureSetting(
    input: Permitted<{ setting: string; expected: SettingValue; value: SettingValue }>,
  ): Promise<Change<SettingState>>;
}
