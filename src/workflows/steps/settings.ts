import type { SettingState } from '../../shared/safety/lease';
import type { HostSteps } from '../runbook/host-steps';

/** A setting as it stands; undefined where this host has none of this name, or it cannot be read. */
export function observeSetting(cite: string, setting: string, steps: HostSteps): Promise<SettingState | undefined> {
  return steps.observe(
    { cite, title: `Setting ${setting}` },
    (host) => host.observeSetting({ setting }),
    ({ evidence, value, place }) =>
      evidence === 'present'
        ? `${JSON.stringify(value)} in ${place}`
        : { status: 'notSo', detail: `${place}: ${evidence}` },
  );
}

/** The same of one that is a number; undefined where it is none. */
export async function observeNumber(cite: string, setting: string, steps: HostSteps): Promise<number | undefined> {
  const value = (await observeSetting(cite, setting, steps))?.value;
  return typeof value === 'number' ? value : undefined;
}
