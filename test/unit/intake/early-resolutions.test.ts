import { EarlyResolutions } from '../../../src/intake/early-resolutions';
import { alert } from '../../support/incidents';

const firing = alert({ startsAt: '2026-11-23T10:00:00.000Z' });
const resolved = { ...firing, status: 'resolved' as const };

test('finds what resolved the same episode of the same incident, and nothing else', () => {
  const early = new EarlyResolutions();
  early.remember('incident/A/h1', resolved);
  expect(early.find('incident/A/h1', firing)).toBe(resolved);
  expect(early.find('incident/A/h2', firing)).toBeUndefined();
  expect(early.find('incident/A/h1', { ...firing, startsAt: '2026-11-23T11:00:00.000Z' })).toBeUndefined();
  expect(early.find('incident/A/h1', { ...firing, fingerprint: 'other' })).toBeUndefined();
  early.forget('incident/A/h1', firing);
  expect(early.find('incident/A/h1', firing)).toBeUndefined();
});

test('lets the oldest go when there are too many', () => {
  const early = new EarlyResolutions();
  for (let index = 0; index <= 500; index++) early.remember(`incident/A/${index}`, resolved);
  expect(early.find('incident/A/0', firing)).toBeUndefined();
  expect(early.find('incident/A/1', firing)).toBe(resolved);
  expect(early.find('incident/A/500', firing)).toBe(resolved);
});
