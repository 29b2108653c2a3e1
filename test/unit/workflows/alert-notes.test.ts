import { AlertNotes } from '../../../src/workflows/lib/alert-notes';
import { alert } from '../../support/incidents';

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
