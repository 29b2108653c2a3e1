import type { IncidentView, Outcome } from '../../../../src/shared/incident';
import { closingFacts, closingSentence } from '../../../../src/shared/summary/closing';
import { entry, view } from '../../workflows/views';

const DOWN = entry({ title: 'Health', kind: 'look', status: 'notSo', detail: '/health refused', condition: 'down' });
const WELL = entry({
  at: '2026-11-23T10:00:40.000Z',
  endedAt: '2026-11-23T10:00:45.000Z',
  cite: 'A',
  title: 'Verify',
  kind: 'verification',
  detail: 'healthy',
  condition: 'well',
});
const KILLED = { cite: 'A.1', title: 'KingFisher does not run as it should', evidence: 'unit is failed (signal)' };
const ACK = entry({ kind: 'note', status: 'note', cite: '', title: 'Acknowledged by anna', detail: '' });

function ended(overrides: Partial<IncidentView> = {}): IncidentView {
  const measures = {
    receivedAt: '2026-11-23T10:00:04.500Z',
    firstActionAt: null,
    healthyAt: '2026-11-23T10:00:42.000Z',
    closedAt: null,
  };
  return view({ timeline: [DOWN, entry(), WELL], cause: KILLED, measures, ...overrides });
}

describe('the end of an incident in one sentence', () => {
  it('tells last words where the cause is not known, and no more precisely than anybody asks', () => {
    const of = ended({
      cause: null,
      measures: { ...ended().measures, healthyAt: '2026-11-23T10:00:42.340Z' },
      findings: [{ name: 'KingfisherStillDown', detail: 'x. Its last words: no configuration', cite: 'H.8', at: '' }],
    });
    expect(closingSentence(of, 'healed')).toBe(
      'Healed on h1: KingFisher, cause not known, its last words: "no configuration"; restarted by Halcyon; down 42 s',
    );
  });

  it.each<[string, Outcome, Partial<IncidentView>]>([
    ['Healed on h1: KingFisher was killed (signal); restarted by Halcyon; down 42 s', 'healed', {}],
    [
      'Well again by itself on h1: KingFisher was killed (signal); Halcyon changed nothing; down 42 s',
      'selfHealed',
      { timeline: [DOWN, WELL] },
    ],
    [
      'Mended by anna on h1: configuration was invalid (PORT); restart failed; down 42 s',
      'resolvedByPeople',
      {
        timeline: [DOWN, entry({ status: 'failed' }), ACK],
        findings: [
          {
            name: 'ConfigurationInvalid',
            detail: 'PORT: bad',
            cite: 'A.2',
            at: '',
            withdrawnAt: '2026-11-23T10:00:42Z',
          },
        ],
      },
    ],
    [
      'Mended by people on h1: KingFisher was killed (signal); restart failed; down 42 s',
      'resolvedByPeople',
      { timeline: [DOWN, entry({ status: 'failed' })] },
    ],
    [
      'Healed on h1: its CPUs were busy all the time; restarted by Halcyon; down 42 s',
      'healed',
      { cause: { ...KILLED, evidence: 'CPU 99.5 % busy; KingFisher has 97 %' } },
    ],
    [
      'Healed on h1: the folder of images was not usable for KingFisher; restarted by Halcyon; down 42 s',
      'healed',
      { findings: [{ name: 'ImagesDenied', detail: '', cite: 'B.2', at: '' }] },
    ],
    [
      'NodeDiskFull resolved on db-7: Disk of db-7 is full; no runbook for it; open for 10 m',
      'selfHealed',
      {
        runbook: 'unknownAlert',
        alertname: 'NodeDiskFull',
        host: null,
        labels: { instance: 'db-7' },
        summary: 'Disk of db-7 is full',
        timeline: [],
        measures: {
          receivedAt: '2026-11-23T10:00:04.500Z',
          firstActionAt: null,
          healthyAt: null,
          closedAt: '2026-11-23T10:10:00.000Z',
        },
      },
    ],
  ])('%s', (sentence, outcome, of) => {
    expect(closingSentence(ended(of), outcome)).toBe(sentence);
  });

  it('names who closed it, and does not say that it is well', () => {
    const of = ended({ measures: { ...ended().measures, healthyAt: null, closedAt: '2026-11-23T10:20:00.000Z' } });
    expect(closingSentence(of, 'unresolved', { as: 'bela', reason: 'maintenance' })).toMatch(
      /^Closed by bela without being seen well on h1: .*; open for 20 m$/,
    );
  });

  it('tells no duration where the clocks of two machines disagree', () => {
    const of = ended({ startsAt: '2026-11-23T10:05:00.000Z' });
    expect(closingSentence(of, 'healed')).not.toMatch(/down/);
  });
});

it('says who mended it, when, and what was changed', () => {
  const facts = closingFacts(ended(), 'healed', { as: 'anna', reason: 'seen' });
  expect(facts).toEqual([
    { name: 'Mended by', lines: ['Halcyon'] },
    { name: 'Closed by', lines: ['anna: seen'] },
    { name: 'Time', lines: ['began 2026-11-23 10:00 UTC, well since 10:00 UTC'] },
    { name: 'Changed', lines: ['10:00:05 Restart KingFisher: done; then KingFisher was well'] },
  ]);
});
