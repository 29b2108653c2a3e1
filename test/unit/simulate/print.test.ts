import { diffLines } from '../../../src/simulate/diff';
import { formatLines } from '../../../src/simulate/print';
import { VirtualTime } from '../../../src/simulate/time/virtual-time';

describe('formatLines', () => {
  it('begins each line with the minute, tells a new day, and says the same thing once', () => {
    const at = '2026-11-23T23:59:00.000Z';
    const lines = formatLines([
      { at, kind: 'alert', text: 'fires' },
      { at, kind: 'note', text: 'looks' },
      { at, kind: 'note', text: 'looks' },
      { at: '2026-11-24T00:10:03.000Z', kind: 'page', text: 'tier 1\n→ Platform' },
    ]);
    expect(lines).toEqual([
      '23:59  alert     fires',
      '23:59  note      looks (×2)',
      '00:00  day       2026-11-24',
      '00:10  page      tier 1 → Platform',
    ]);
  });
});

describe('diffLines', () => {
  it('finds nothing in what is the same', () => {
    expect(diffLines(['a', 'b'], ['a', 'b'])).toEqual([]);
  });

  it('keeps the order of both sides', () => {
    const differences = diffLines(['a', 'b', 'c', 'd'], ['a', 'x', 'c', 'd', 'e']);
    expect(differences.map(({ side, line }) => side + line)).toEqual(['-b', '+x', '+e']);
  });
});

describe('VirtualTime', () => {
  it('lets a later moment with the same time of day stand for the wanted one', async () => {
    let now = Date.parse('2031-05-01T10:00:00Z');
    const sleep = async (ms: number) => void (now += ms);
    const server = { sleep, wait: sleep, currentTimeMs: async () => now };
    const time = new VirtualTime(server, Date.parse('2026-11-23T03:00:00Z'));
    await time.begin();
    expect(new Date(now).toISOString()).toBe('2031-05-02T03:00:00.000Z');
    await time.until(600_000);
    expect(time.shown(new Date(now).toISOString())).toBe('2026-11-23T03:10:00.000Z');
    expect(time.shownText('until 2031-05-02T03:50:00.250Z, healthy since 03:12:00.018')).toBe(
      'until 2026-11-23T03:50:00Z, healthy since 03:12:00',
    );
  });
});
