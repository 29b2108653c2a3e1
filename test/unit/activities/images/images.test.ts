import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createHostActivities } from '../../../../src/activities/host';
import type { ServiceManager } from '../../../../src/host/services/service-manager';
import { WEEKDAYS } from '../../../../src/shared/observations/images/images';
import type { BusinessHours } from '../../../../src/shared/observations/images/images';
import type { ServiceState } from '../../../../src/shared/observations/service';
import { useTempFolder } from '../../host/support/temp-folder';
import { hostSettings, serviceState } from '../support/host';

const folder = useTempFolder();
const MINUTE = 60_000;
const ALWAYS: BusinessHours = { days: [...WEEKDAYS], from: '00:00', to: '00:00', timeZone: 'UTC' };
/** An hour that is not this one. */
const otherHour = new Date(Date.now() + 6 * 3_600_000).toISOString().slice(11, 13);
const NEVER: BusinessHours = { ...ALWAYS, from: `${otherHour}:00`, to: `${otherHour}:59` };

function activities(service: Partial<ServiceState> = {}) {
  const manager = { observe: async () => serviceState(service) } as Partial<ServiceManager> as ServiceManager;
  return createHostActivities(hostSettings(folder.path()), { findManager: () => manager });
}

/** The newest image, so many minutes old, where KingFisher files it. */
function image(minutesAgo: number): string {
  const at = new Date(Date.now() - minutesAgo * MINUTE);
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  const file = folder.path(path.join('data/images', day, 'a.jpg'));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, 'x');
  utimesSync(file, at, at);
  return file;
}

const look = (hours = ALWAYS, stalledAfterMs = 15 * MINUTE) => activities().observeImages({ stalledAfterMs, hours });
const wait = (hours = ALWAYS, service: Partial<ServiceState> = {}) =>
  activities(service).waitUntil({ reading: 'images', stalledAfterMs: 15 * MINUTE, hours, windowMs: 0, deadlineMs: 50 });

it('sees the newest image, and for how long business hours have been open', async () => {
  image(3);
  const seen = await look();
  expect(seen).toMatchObject({ evidence: 'present', why: '', seen: 1, ahead: 0, openForMs: expect.any(Number) });
  expect(seen.ageMs! / MINUTE).toBeCloseTo(3, 0);
  expect(seen.newest).toMatch(/^\d{4}\/\d\d\/\d\d\/a\.jpg$/);
  expect((await look(NEVER)).openForMs).toBeNull();
});

it('has a name for images that it cannot see: they are never none', async () => {
  expect(await look()).toMatchObject({ evidence: 'absent', why: expect.stringContaining('does not exist') });
  mkdirSync(folder.path('data/images'), { recursive: true });
  expect(await look()).toMatchObject({ evidence: 'present', newest: null, ageMs: null });
  writeFileSync(folder.path('data/images/flat.jpg'), 'x');
  expect(await look()).toMatchObject({
    evidence: 'malformed',
    why: expect.stringContaining('flat.jpg does lie there'),
  });
});

it('the reading holds for a young image, and outside of business hours', async () => {
  image(20);
  expect(await wait()).toMatchObject({ holds: false, ended: 'deadline', last: { seen: 1 } });
  expect(await wait(NEVER)).toMatchObject({ holds: true });
  image(1);
  expect(await wait()).toMatchObject({ holds: true, ended: 'held' });
});

it('the watch says what is not well in words that stay the same, and another state of the service is news', async () => {
  const terms = { seen: null, isMended: false, invocation: null, wellForMs: 0, forMs: 20_000 };
  const watch = async (service: Partial<ServiceState>) =>
    (
      await activities(service).watchReading({
        reading: 'images',
        stalledAfterMs: 15 * MINUTE,
        hours: ALWAYS,
        ...terms,
      })
    ).standing;
  image(1);
  expect(await watch({})).toBe('well');
  const standing = async (service: Partial<ServiceState>) => {
    const { standing: words } = await activities(service).watchReading({
      reading: 'images',
      stalledAfterMs: 15 * MINUTE,
      hours: ALWAYS,
      ...terms,
      forMs: 1,
    });
    return words;
  };
  rmSync(image(20));
  expect(await standing({})).toBe('no new image');
  expect(await standing({ active: 'failed' })).toBe('unit failed, no new image');
});
