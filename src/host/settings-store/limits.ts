import type { SettingValue } from '../../shared/safety/lease';
import { HostError } from '../errors';
import type { SettingLimits } from '../agent-settings';

/** What a setting holds, from its limits: numbers have bounds, texts a list, and true or false needs neither. */
export function kindOf({ min, oneOf }: SettingLimits): 'number' | 'string' | 'boolean' {
  if (oneOf !== undefined) return 'string';
  return min === undefined ? 'boolean' : 'number';
}

/**
 * Checks a value that is to be written, or put back later.
 *
 * @throws HostError `UnsafeSelector` for one of another type, or outside of the host's own limits.
 */
export function checkLimits(setting: string, value: SettingValue, limits: SettingLimits): void {
  const { min = -Infinity, max = Infinity, oneOf } = limits;
  const kind = kindOf(limits);
  const written = JSON.stringify(value);
  if (typeof value !== kind) throw outside(setting, `${written} is no ${kind}`);
  if (typeof value === 'number' && !(Number.isFinite(value) && value >= min && value <= max)) {
    throw outside(setting, `${written} is not from ${min} to ${max}`);
  }
  if (typeof value === 'string' && oneOf?.includes(value) !== true) {
    throw outside(setting, `${written.slice(0, 60)} is none of ${oneOf?.join(', ')}`);
  }
}

function outside(setting: string, reason: string): HostError {
  const remedy = 'nothing was changed; its limits are under agent.settings of this host';
  return new HostError('UnsafeSelector', `${setting}: ${reason}; ${remedy}`);
}
