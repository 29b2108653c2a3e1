import type { FailureRate } from '../../../shared/observations/pipeline';
import type { Scene } from '../../runbook/scene';
import { observeSetting } from '../settings';
import { PAUSE, awaitFall, failureLimits, observeRate } from './failures';

/**
 * Stops further damage: where the pipeline fails far too often, automation is paused until the cause is mended. Where the
 * host names no setting that pauses it, or people paused it already, it stays as it is.
 */
export async function stopDamage(
  rate: FailureRate | undefined,
  { steps, incident, safety }: Pick<Scene, 'steps' | 'incident' | 'safety'>,
): Promise<void> {
  const { pauseAbovePer5m, pauseForMs } = failureLimits(steps.policy);
  const per5m = rate?.per5m ?? 0;
  if (per5m <= pauseAbovePer5m || isPausedHere({ incident })) return;
  const cite = 'B.priority';
  const setting = await observeSetting(cite, PAUSE, steps);
  if (setting?.evidence !== 'present' || setting.value === true) {
    const why = setting?.value === true ? 'it is paused already' : `this host has no setting ${PAUSE} that can be read`;
    incident.note(cite, 'Automation is not paused by this incident', why);
    return;
  }
  const reason = `${per5m} failures in 5 m, more than ${pauseAbovePer5m}`;
  const wish = { setting: PAUSE, value: true, forMs: pauseForMs, reason };
  const { state } = await safety.lease({ cite, title: 'Pause automation' }, wish);
  if (state !== 'active') return;
  const how = `\`halcyon leases release ${steps.host} ${PAUSE}\` resumes it`;
  incident.addFinding('AutomationPaused', cite, `automation is paused until its cause is mended; ${how}`);
}

/** The same where a remedy did not help: what is known of the rate is old then. */
export async function stopDamageAgain(scene: Scene): Promise<void> {
  if (!isPausedHere(scene)) await stopDamage(await observeRate('B.priority', scene.steps), scene);
}

/** Automation is let go on as soon as failures have fallen: whether a remedy helped can only be seen then. */
export async function resume({ steps, incident, safety }: Scene): Promise<void> {
  if (!isPausedHere({ incident }) || !(await awaitFall('B.priority', steps))) return;
  await safety.release(PAUSE, 'failures have fallen');
  forgetPause({ incident });
}

/** A lease that is over, or was given back by people, pauses nothing any more. */
export function forgetPause({ incident }: Pick<Scene, 'incident'>): void {
  if (!isPausedHere({ incident })) incident.withdraw(({ name }) => name === 'AutomationPaused');
}

function isPausedHere({ incident }: Pick<Scene, 'incident'>): boolean {
  return incident.view.leases.some(({ setting, state }) => setting === PAUSE && state === 'active');
}
