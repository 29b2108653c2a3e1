import { AlertNotes } from '../../../../src/workflows/incident/alert-notes';
import type { Alert } from '../../../../src/shared/alert';
import { alert } from '../../../support/incidents';

const AT = '2026-11-23T10:00:05.000Z';

test('twenty alerts are told one by one, the rest is counted in one entry', () => {
  const notes = new AlertNotes();
  const told = Array.from({ length: 20 }, () => notes.note(alert(), AT));
  expect(new Set(told).size).toBe(20);
  expect(told[19]?.title).toBe('Alert fires: KingFisher on h1 is down');

  const counting = notes.note(alert({ status: 'resolved' }), AT);
  expect(counting.title).toBe('And 1 more alert: 0 firing, 1 resolved');
  for (let i = 0; i < 9_979; i++) expect(notes.note(alert(), AT)).toBe(counting);
  expect(counting).toEqual({
    at: AT,
    cite: '',
    kind: 'note',
    title: 'And 9980 more alerts: 9979 firing, 1 resolved',
    status: 'note',
    detail: `last at ${AT}: Alert fires: KingFisher on h1 is down`,
  });
});

describe('alerts of one incident are told apart', () => {
  const disk = (mountpoint: string, more: Partial<Alert> = {}) =>
    alert({
      labels: { alertname: 'DiskFull', instance: 'h1:8201', mountpoint, ...more.labels },
      annotations: { summary: 'A disk is full' },
      ...(more.status === undefined ? {} : { status: more.status }),
    });

  test('by the labels in which they differ, the first one too', () => {
    const notes = new AlertNotes();
    const first = notes.note(disk('/'), AT);
    expect(first.title).toBe('Alert fires: A disk is full');
    const second = notes.note(disk('/data'), AT);
    const resolved = notes.note(disk('/', { status: 'resolved' }), AT);
    expect([first.title, second.title, resolved.title]).toEqual([
      'Alert fires: A disk is full (mountpoint="/")',
      'Alert fires: A disk is full (mountpoint="/data")',
      'Alertmanager says resolved: A disk is full (mountpoint="/")',
    ]);
  });

  test('by a label that only one has', () => {
    const notes = new AlertNotes();
    const first = notes.note(disk('/'), AT);
    const second = notes.note(disk('/', { labels: { cluster: 'a' } }), AT);
    expect([first.title, second.title]).toEqual([
      'Alert fires: A disk is full',
      'Alert fires: A disk is full (cluster="a")',
    ]);
  });

  test('not by what their summary says already, and the counted ones too', () => {
    const notes = new AlertNotes();
    const named = (host: string) =>
      alert({
        labels: { instance: host, shard: host.slice(1) },
        annotations: { summary: `KingFisher on ${host} is down` },
      });
    const told = Array.from({ length: 20 }, (_, index) => notes.note(named(`h${index}`), AT).title);
    expect(told.at(-1)).toBe('Alert fires: KingFisher on h19 is down');
    const counting = notes.note(disk('/data'), AT);
    expect(counting.detail).toContain('A disk is full (instance="h1:8201", alertname="DiskFull", mountpoint="/data")');
  });

  test('shortly, whatever the labels are', () => {
    const notes = new AlertNotes();
    const many = (text: string) =>
      alert({
        labels: Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`k${index}`, text.repeat(1_000)])),
      });
    notes.note(many('x'), AT);
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(notes.note(alert({ labels: JSON.parse(`{"${name}":"x"}`) as Alert['labels'] }), AT).title).toBeTruthy();
    }
    expect(notes.note(many('y'), AT).title.length).toBeLessThan(600);
  });
});
