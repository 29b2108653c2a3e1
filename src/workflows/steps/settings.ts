import type { SettingState } from '../../shared/safety/lease';
import type { HostSteps } from '../runbook/host-steps';

/** A setting that is a number, as it stands; undefined where it is none, or is not to be had on this host. */
export async function observeNumber(cite: string, setting: string, steps: HostSteps): Promise<number | undefined> {
  const state = await steps.observe(
    { cite, title: `Setting ${setting}` },
    (host) => host.observeSetting({ setting }),
    ({ evidence, value, place }) => {
      const isNumber = evidence === 'present' && typeof value === 'number';
      return isNumber ? `${value}, in ${place}` : { status: 'notSo', detail: `${evidence} in ${place}` };
    },
  );
  return typeof state?.value === 'number' ? state.value : undefined;
}

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
