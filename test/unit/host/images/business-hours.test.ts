import { openFor } from '../../../../src/host/images/business-hours';
import { WEEKDAYS } from '../../../../src/shared/observations/images/images';
import type { BusinessHours } from '../../../../src/shared/observations/images/images';

const MINUTE = 60_000;
const HOURS: BusinessHours = { days: [...WEEKDAYS], from: '08:00', to: '22:00', timeZone: 'UTC' };
const at = (iso: string, more: Partial<BusinessHours> = {}) => openFor({ ...HOURS, ...more }, Date.parse(iso));

it.each<[string, string, Partial<BusinessHours>, number | null]>([
  ['before they open', '2026-11-23T07:59:59.999Z', {}, null],
  ['the moment they open', '2026-11-23T08:00:00Z', {}, 0],
  ['a while after', '2026-11-23T08:15:30Z', {}, 15.5 * MINUTE],
  ['the last moment', '2026-11-23T21:59:59Z', {}, 840 * MINUTE - 1_000],
  ['the moment they close', '2026-11-23T22:00:00Z', {}, null],
  ['around the clock: a day at the most', '2026-11-23T03:00:00Z', { from: '00:00', to: '00:00' }, 1_440 * MINUTE],
  ['on a day without any', '2026-11-22T12:00:00Z', { days: ['Mon', 'Tue'] }, null],
  [
    'past midnight, of the day they began',
    '2026-11-24T02:00:00Z',
    { days: ['Mon'], from: '22:00', to: '06:00' },
    240 * MINUTE,
  ],
  ['past midnight, of a day without any', '2026-11-23T02:00:00Z', { days: ['Mon'], from: '22:00', to: '06:00' }, null],
  ['from Sunday into Monday', '2026-11-23T02:00:00Z', { days: ['Sun'], from: '22:00', to: '06:00' }, 240 * MINUTE],
  ['elsewhere, in winter', '2026-01-15T07:30:00Z', { timeZone: 'Europe/Berlin' }, 30 * MINUTE],
  ['elsewhere, in summer', '2026-07-15T06:30:00Z', { timeZone: 'Europe/Berlin' }, 30 * MINUTE],
  ['over an hour that is left out', '2026-03-29T02:00:00Z', { timeZone: 'Europe/Berlin', from: '01:00' }, 120 * MINUTE],
  ['over an hour that comes twice', '2026-10-25T03:00:00Z', { timeZone: 'Europe/Berlin', from: '01:00' }, 240 * MINUTE],
  ['half an hour beside the full ones', '2026-01-15T02:45:00Z', { timeZone: 'Asia/Kolkata' }, 15 * MINUTE],
])('business hours %s', (_when, iso, more, expected) => {
  expect(at(iso, more)).toBe(expected);
});
