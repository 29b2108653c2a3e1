import type { LeaseView } from '../../../../src/shared/safety/lease';
import { renderLease } from '../../../../src/workflows/lease/lease-details';
import { HOSTILE } from '../views';
import { at, live, owner, undo, wish, world } from './leases';

function view(more: Partial<LeaseView> = {}): LeaseView {
  return { ...live(wish({ owner: 'anna' })).view, notes: ['2026-11-23T03:00:00Z 8 → 4 in k.json'], ...more };
}

const HOW = 'End it: `halcyon leases release h1 openai.max_qps --reason "…"`';
const TIMELINE = ['**Timeline** (UTC)', '', '- 2026-11-23T03:00:00Z 8 → 4 in k.json'];

it('a lease in effect shows its change, its owners, and how to end it', () => {
  expect(renderLease(view({ owners: [owner('anna'), owner('incident/A/h1', at('05:00:00'))] }))).toBe(
    [
      '**active** — openai.max\\_qps of h1: 8 → 4  ',
      'since 2026-11-23 03:00:00 · until 2026-11-23 04:00:00',
      '',
      '**Wanted by**',
      '',
      '- anna until 2026-11-23 04:00:00: load',
      '- incident/A/h1 until 2026-11-23 05:00:00: load',
      '',
      HOW,
      '',
      ...TIMELINE,
    ].join('\n'),
  );
});

it('a lease that nobody has looked for yet shows no original and no beginning', () => {
  expect(renderLease(view({ state: 'applying', original: null, appliedAt: null, owners: [] }))).toBe(
    ['**applying** — openai.max\\_qps of h1: ? → 4  ', 'until 2026-11-23 04:00:00', '', HOW, '', ...TIMELINE].join(
      '\n',
    ),
  );
});

it('a lease whose place ends it by itself says when', () => {
  const said = 'The host ends it by itself at 2026-11-23 04:00:10 if nobody else does.';
  const shown = { owners: [], endsThereAt: at('04:00:10') };
  expect(renderLease(view(shown))).toContain(`until 2026-11-23 04:00:00\n\n${said}\n\n${HOW}`);
  const ended = { ...shown, state: 'undone', endedAt: at('04:00:01') } as const;
  expect(renderLease(view(ended))).not.toContain('by itself');
});

it('a lease that is over shows when, and nothing to be done about it', () => {
  const lease = live();
  world.now = at('04:00:01');
  undo(lease);
  expect(renderLease({ ...lease.view, notes: view().notes })).toBe(
    [
      '**undone** — openai.max\\_qps of h1: 8 → 4  ',
      'since 2026-11-23 03:00:00 · ended 2026-11-23 04:00:01',
      '',
      ...TIMELINE,
    ].join('\n'),
  );
});

it('what came from outside is no markup', () => {
  const hostile = { ...owner(HOSTILE), reason: HOSTILE };
  const shown = renderLease(view({ original: HOSTILE, value: HOSTILE, owners: [hostile], notes: [HOSTILE] }));
  expect(shown).not.toMatch(/<script>|\*\*bold\*\*|\[l\]\(|\u001b|\u202e|\n\| x/);
  expect(shown.split('\n').filter((line) => line.startsWith('- '))).toHaveLength(2);
});
