import path from 'node:path';
import { HostError } from '../errors';

const LONGEST = 200;
const STEP = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const RUN_ID = /(?:^|\+)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The folder of a backup: its id, which may have the slashes of a workflow id, as one name.
 *
 * @example backupName('incident/emergencyRecovery/h1/5') // 'incident+emergencyRecovery+h1+5'
 * @throws HostError `UnsafeSelector` for what is no plain name.
 */
export function backupName(id: string): string {
  const steps = id.split(/[/+]/);
  if (id.length <= LONGEST && steps.every((step) => STEP.test(step))) return steps.join('+');
  throw unsafeBackup(`"${id.slice(0, LONGEST)}" is not the id of a backup`);
}

/** Whether a folder without a manifest can be an unfinished backup of ours. People's folders have other names. */
export function isOurName(name: string): boolean {
  return STEP.test(name.replaceAll('+', '')) && (name.startsWith('incident+') || RUN_ID.test(name));
}

/** @throws HostError `UnsafeSelector` for what is no day such as `2026-11-23`. */
export function verifyDay(day: string): void {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day)))
    throw unsafeBackup(`"${day.slice(0, 40)}" is not a day such as 2026-11-23`);
}

/** Whether `relative` is a plain path below a folder: what a manifest may name. */
export function isPlainBelow(relative: string): boolean {
  const steps = relative.split('/');
  return !relative.includes('\0') && steps.every((step) => step !== '' && step !== '.' && step !== '..');
}

/** Whether `place` is `folder` or below it. Both absolute. */
export function isWithin(place: string, folder: string): boolean {
  const below = path.relative(folder, place);
  return below !== '..' && !below.startsWith(`..${path.sep}`);
}

export function unsafeBackup(reason: string): HostError {
  return new HostError('UnsafeSelector', `${reason}; nothing was changed`);
}
