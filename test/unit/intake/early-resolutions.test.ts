import { EarlyResolutions } from '../../../src/intake/early-resolutions';
import { alert } from '../../support/incidents';

const STARTS = '2026-11-23T10:00:00.000Z';
const firing = alert({ startsAt: STARTS });
const resolved = alert({ startsAt: STARTS, status: 'resolved' });

describe('EarlyResolutions', () => {
  it('finds what resolved an episode of this incident, until it is forgotten', () => {
    const early = new EarlyResolutions();
    early.remember('incident/A/h1', resolved);
    expect(early.find('incident/A/h1', firing)).toBe(resolved);
    expect(early.find('incident/A/h2', firing)).toBeUndefined();
    expect(early.find('incident/A/h1', { ...firing, startsAt: '2026-11-23T11:00:00.000Z' })).toBeUndefined();
    expect(early.find('incident/A/h1', { ...firing, fingerprint: 'other' })).toBeUndefined();
    early.forget('incident/A/h1', firing);
    expect(early.find('incident/A/h1', firing)).toBeUndefined();
  });

  it('does not resolve what fires again clearly later', () => {
    const early = new EarlyResolutions();
    const at = (minute: string) => ({ receivedAt: `2026-11-23T11:${minute}.000Z` });
    early.remember('incident/A/h1', { ...resolved, ...at('00:00') });
    expect(early.find('incident/A/h1', { ...firing, ...at('04:59') })).toBeDefined();
    expect(early.find('incident/A/h1', { ...firing, ...at('05:01') })).toBeUndefined();
  });

  it('knows an episode by what its sender wrote', () => {
    const early = new EarlyResolutions();
    const claimedStart = '9998-01-01T00:00:00Z';
    early.remember('incident/A/h1', { ...resolved, claimedStart });
    const firingLater = { ...firing, startsAt: '2026-11-23T10:00:09.000Z', claimedStart };
    expect(early.find('incident/A/h1', firingLater)).toBeDefined();
  });

  it('forgets the oldest of five hundred', () => {
    const early = new EarlyResolutions();
    for (let i = 0; i <= 500; i++) early.remember(`${i}`, resolved);
    expect(early.find('0', firing)).toBeUndefined();
    expect(early.find('1', firing)).toBe(resolved);
    expect(early.find('500', firing)).toBe(resolved);
  });
});
