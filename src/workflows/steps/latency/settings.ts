import type { SettingState } from '../../../shared/safety/lease';
import type { HostSteps } from '../../runbook/host-steps';

/** A setting as it stands; undefined where this host has none of this name, or it cannot be read. */
export async function observeSetting(
  cite: string,
  setting: string,
  steps: HostSteps,
): Promise<SettingState | undefined> {
  const state = await steps.observe(
    { cite, title: `Setting ${setting}` },
    (host) => host.observeSetting({ setting }),
    ({ evidence, value, place }) =>
      evidence === 'present'
        ? `${JSON.stringify(value)} in ${place}`
        : { status: 'notSo', detail: `${place}: ${evidence}` },
  );
  return state?.evidence === 'present' ? state : undefined;
}
