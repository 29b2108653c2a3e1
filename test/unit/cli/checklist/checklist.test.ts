import { isNamed } from '../../../../src/cli/checklist/find-checklists';
import { meetingFile, usualMoment } from '../../../../src/cli/checklist/meeting';
import { checklistLines, listLines } from '../../../../src/cli/checklist/print-checklist';
import { dueOf } from '../../../../src/cli/checklist/when';
import type { FollowUpView } from '../../../../src/shared/post-incident/checklist';

const NOW = Date.parse('2026-11-27T09:00:00Z');
const ID = 'post-incident/KingfisherServiceDown/h1/0190a5c1-0000';
const ended = { endedBy: null, endedAt: null, note: '' };

const VIEW: FollowUpView = {
  ...{ title: 'After KingfisherServiceDown on h1', summary: 'Mended by anna on h1: Redis was down; 1,5 h', host: 'h1' },
  source: { workflowId: 'incident/KingfisherServiceDown/h1', runId: '0190a5c1-0000-7000-8000-000000000001' },
  ...{
    team: null,
    openedAt: '2026-11-24T09:00:00.000Z',
    endedAt: null,
    nextReminderAt: null,
    notes: [],
    undelivered: [],
  },
  items: [
    {
      key: 'root-cause',
      cite: 'I.1',
      title: 'Document the root cause',
      detail: 'Redis was down; find out, why',
      state: 'known',
      owner: null,
      dueAt: null,
      ...ended,
    },
    {
      key: 'meeting',
      cite: 'I.4',
      title: 'Schedule the post-mortem meeting',
      detail: '',
      state: 'open',
      owner: null,
      dueAt: '2026-12-01T09:00:00.000Z',
      ...ended,
    },
    {
      key: 'prevention',
      cite: 'I.5',
      title: 'Implement prevention measures',
      detail: 'x'.repeat(200),
      state: 'open',
      owner: 'anna',
      dueAt: '2026-11-26T09:00:00.000Z',
      ...ended,
    },
  ],
};
const READ = { workflowId: ID, runId: 'r', isOpen: true, view: VIEW };

it('every open item is listed, what is due first on top', () => {
  expect(listLines([READ, { ...READ, workflowId: 'follow-up/monthly/h2/2026-11-01', view: null }], NOW)).toEqual([
    'DUE (UTC)                     AGE  OWNER    ITEM  WHAT                              CHECKLIST',
    `2026-11-26 09:00:00Z OVERDUE  3 d  anna     I.5   Implement prevention measures     ${ID}`,
    `2026-12-01 09:00:00Z          3 d  on duty  I.4   Schedule the post-mortem meeting  ${ID}`,
    'follow-up/monthly/h2/2026-11-01: no controller answers, so it cannot be read now',
  ]);
  expect(listLines([], NOW)).toEqual(['nothing is left to do']);
});

it('one is shown with all that is known, and how an item is ended', () => {
  const lines = checklistLines(READ, NOW, undefined);
  expect(lines[0]).toBe('After KingfisherServiceDown on h1: 2 of 3 open');
  expect(lines).toContain('[x] I.1 Document the root cause (root-cause)');
  expect(lines).toContain('        filled in by Halcyon');
  expect(lines).toContain('        anna, until 2026-11-26 09:00:00Z OVERDUE');
  expect(lines.at(-2)).toBe(`halcyon checklist ${ID} done I.4`);
});

it.each([
  [ID, ID, true],
  [ID, 'h1', true],
  [ID, 'KingfisherServiceDown', true],
  [ID, 'KingfisherServiceDown/h1', true],
  [ID, 'incident/KingfisherServiceDown/h1', true],
  [ID, 'h', false],
  [ID, '0190a5c1-0000', false],
  ['follow-up/monthly/h1/2026-11-23', 'monthly/h1', true],
  ['follow-up/monthly/h1/2026-11-23', 'h1', true],
])('%s is named by %s: %s', (workflowId, named, is) => {
  expect(isNamed(workflowId, named)).toBe(is);
});

it('a due date is a day until its end, a time or a duration', () => {
  expect(dueOf('2026-12-01', NOW)).toBe('2026-12-01T23:59:00.000Z');
  expect(dueOf('2026-12-01T12:00Z', NOW)).toBe('2026-12-01T12:00:00.000Z');
  expect(dueOf('5d', NOW)).toBe('2026-12-02T09:00:00.000Z');
});

describe('the meeting', () => {
  const file = (at = new Date('2026-12-01T14:00:00Z')) => meetingFile(ID, VIEW, { at, now: new Date(NOW) });
  /** Lines that belong together, as a calendar reads them. */
  const unfolded = (text: string) => text.replaceAll(/\r\n[ \t]/g, '').split('\r\n');

  it('is a calendar file as RFC 5545 has it', () => {
    const text = file();
    expect(text.startsWith('BEGIN:VCALENDAR\r\n')).toBe(true);
    expect(text.split('\r\n').filter((line) => Buffer.byteLength(line) > 75)).toEqual([]);
    expect(unfolded(text)).toEqual(
      expect.arrayContaining([
        'VERSION:2.0',
        'METHOD:PUBLISH',
        'DTSTAMP:20261127T090000Z',
        'DTSTART:20261201T140000Z',
        'DTEND:20261201T144500Z',
        'SUMMARY:Post-mortem: KingfisherServiceDown on h1',
        'END:VEVENT',
      ]),
    );
  });

  it('has what is to be decided and what is known, with nothing that a calendar misreads', () => {
    const description = unfolded(file()).find((line) => line.startsWith('DESCRIPTION'))!;
    expect(description).toContain('Redis was down\\; find out\\, why');
    expect(description).toContain('\\nTo decide:\\n- I.5 Implement prevention measures');
    expect(description).not.toContain('I.4');
    expect(description).toContain(`halcyon checklist ${ID}`);
  });

  it('is the same one when it is made again for another time', () => {
    const uid = (text: string) => unfolded(text).find((line) => line.startsWith('UID:'));
    expect(uid(file())).toBe(uid(file(new Date('2026-12-08T14:00:00Z'))));
  });

  it('is on the next weekday where nobody says when', () => {
    expect(usualMoment(new Date('2026-11-27T23:00:00Z')).toISOString()).toBe('2026-11-30T14:00:00.000Z');
    expect(usualMoment(new Date('2026-11-30T01:00:00Z')).toISOString()).toBe('2026-12-01T14:00:00.000Z');
  });
});
