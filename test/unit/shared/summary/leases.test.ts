import { incidentFacts } from '../../../../src/activities/control/paging/page-facts';
import { formatEnd, formatEndedByHand } from '../../../../src/cli/incident/print-timeline';
import type { IncidentLease } from '../../../../src/shared/incident';
import { closingFacts } from '../../../../src/shared/summary/closing';
import { leaseLines } from '../../../../src/shared/summary/leases';
import { renderDetails } from '../../../../src/workflows/incident/incident-details';
import { HOSTILE, view } from '../../workflows/views';

function lease(more: Partial<IncidentLease> = {}): IncidentLease {
  return {
    setting: 'openai.max_qps',
    value: 4,
    previous: 8,
    until: '2026-11-23T11:00:00.000Z',
    state: 'active',
    reason: '429 from OpenAI',
    detail: '',
    at: '2026-11-23T10:01:00.000Z',
    ...more,
  };
}

describe('a lease of an incident in one line', () => {
  it.each<[Partial<IncidentLease>, string]>([
    [{}, 'openai.max_qps 8 → 4 until 11:00 UTC: 429 from OpenAI'],
    [
      { state: 'released', detail: 'its incident is over' },
      'openai.max_qps 8 → 4 given back 10:01 UTC: its incident is over',
    ],
    [{ state: 'undone', detail: '8 is put back' }, 'openai.max_qps 8 → 4 undone 10:01 UTC: 8 is put back'],
    [
      { state: 'overtaken', detail: 'anna wants 2: less' },
      'openai.max_qps 8 → 4 overtaken 10:01 UTC: anna wants 2: less',
    ],
    [{ state: 'refused', previous: null, detail: 'no' }, 'openai.max_qps 4 refused 10:01 UTC: no'],
  ])('%o', (more, line) => {
    expect(leaseLines(view({ leases: [lease(more)] }))).toEqual([line]);
  });

  it('is cut, and of many the newest are told', () => {
    const many = Array.from({ length: 20 }, (_, i) => lease({ setting: `s${i}`, reason: 'r'.repeat(9_000) }));
    const lines = leaseLines(view({ leases: many }));
    expect(lines[0]).toBe('15 earlier ones left out');
    expect(lines.at(-1)).toMatch(/^s19 .{150,200}$/);
    expect(lines).toHaveLength(6);
  });
});

it('it stands in details, pages, the closing message and on the command line', () => {
  const told = view({ leases: [lease()] });
  const line = 'openai.max_qps 8 → 4 until 11:00 UTC: 429 from OpenAI';
  expect(renderDetails(told, 'incident/A/h1')).toContain('**Leases**\n\n- openai.max\\_qps 8 → 4 until 11:00 UTC');
  expect(incidentFacts(told, new Date(told.startsAt))).toContainEqual({ name: 'Leases', lines: [line] });
  expect(closingFacts(told, 'healed')).toContainEqual({ name: 'Leases', lines: [line] });
  expect(formatEnd(told)).toContain(`\n  lease ${line}`);
  expect(formatEndedByHand(told, 'TERMINATED')).toContain(`\n  lease ${line}`);
  const without = view();
  expect(renderDetails(without, 'incident/A/h1')).not.toContain('Leases');
  expect(JSON.stringify([incidentFacts(without, new Date()), closingFacts(without, 'healed')])).not.toContain('Leases');
});

it('hostile text of it is shown as it is, and drives no terminal', () => {
  const told = view({
    leases: [lease({ reason: HOSTILE }), lease({ setting: 'b', state: 'refused', detail: HOSTILE })],
  });
  const details = renderDetails(told, 'incident/A/h1');
  expect(details.split('\n')).toHaveLength(
    renderDetails(view({ leases: [lease(), lease({ setting: 'b' })] }), 'x').split('\n').length,
  );
  expect(details).not.toMatch(/\*\*bold\*\*|<script>|\[l\]\(/);
  expect(formatEnd(told).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
});
