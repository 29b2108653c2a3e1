import type { LeaseRequest, SettingState, SettingValue } from '../../../../src/shared/safety/lease';
import { HeldLease } from '../../../../src/workflows/lease/held-lease';

const NOW = '2026-11-23T03:00:00.000Z';

function wish(more: Partial<LeaseRequest> = {}): LeaseRequest {
  return {
    host: 'h1',
    setting: 'openai.max_qps',
    value: 4,
    owner: 'root',
    reason: '429 from OpenAI',
    until: '2026-11-23T04:00:00.000Z',
    turn: { guard: {} as never },
    escalation: { teams: {}, duty: [], tiers: [], holdMs: 0 } as never,
    ...more,
  };
}

function state(value: SettingValue): SettingState {
  return { setting: 'openai.max_qps', evidence: 'present', value, version: String(value), place: '/etc/k.json' };
}

function apply(lease: HeldLease, from: SettingValue): void {
  const { value } = lease.wanted;
  lease.begin('applying');
  lease.decide(state(from), value);
  lease.applied({ before: state(from), after: state(value), changed: true, notes: [] });
}

/** 8 to 4, in effect. */
function live(): HeldLease {
  const lease = new HeldLease(
    { host: 'h1', setting: 'openai.max_qps' },
    () => NOW,
    () => undefined,
  );
  lease.request(wish());
  apply(lease, 8);
  return lease;
}

it('a wish that is refused changes nothing of the lease in effect, and whoever asked hears it', () => {
  const lease = live();
  const before = structuredClone(lease.view);
  lease.request(wish({ id: 'x', value: 99, reason: 'x', until: '2026-11-23T09:00:00.000Z' }));
  expect({ ...lease.view, notes: [] }).toEqual({ ...before, notes: [] });
  expect(lease.wanted).toMatchObject({ value: 99 });
  lease.begin('applying');
  lease.notApplied('99 is above the limit of 8');
  expect({ ...lease.view, notes: [], refusals: [] }).toEqual({ ...before, notes: [] });
  expect(lease.view.refusals).toEqual([{ id: 'x', reason: '99 could not be applied: 99 is above the limit of 8' }]);
  expect(lease.needsApply).toBe(false);
});

it('a wish that is carried out replaces value, end and reason of its owner', () => {
  const lease = live();
  lease.request(wish({ value: 2, reason: 'still', until: '2026-11-23T05:00:00.000Z' }));
  apply(lease, 4);
  expect(lease.view).toMatchObject({ original: 8, value: 2, current: 2, endsAt: '2026-11-23T05:00:00.000Z' });
  expect(lease.view.owners).toEqual([{ owner: 'root', reason: 'still', until: '2026-11-23T05:00:00.000Z' }]);
});

it('one wish after another is tried; what brings its turn goes first', () => {
  const lease = live();
  lease.request(wish({ owner: 'anna', value: 2 }));
  lease.request(wish({ owner: 'bela', value: 3 }));
  expect(lease.wanted.value).toBe(2);
  lease.request(
    wish({ owner: 'incident/A/h1', value: 1, turn: { permit: { kind: 'change', token: 7, holder: 'i' } } }),
  );
  expect(lease.wanted.value).toBe(1);
  apply(lease, 4);
  expect(lease.wanted.value).toBe(3);
  lease.release({ owner: 'bela', by: 'bela', reason: 'no' });
  expect(lease.wanted.value).toBe(2);
  apply(lease, 1);
  expect(lease.needsApply).toBe(false);
  expect(lease.view.owners.map(({ owner }) => owner)).toEqual(['root', 'incident/A/h1', 'anna']);
});

it('a first wish that is refused leaves no owner', () => {
  const lease = new HeldLease(
    { host: 'h1', setting: 'openai.max_qps' },
    () => NOW,
    () => undefined,
  );
  lease.request(wish({ id: 'x' }));
  lease.begin('applying');
  lease.notApplied('the agent is away');
  expect(lease.isWanted).toBe(false);
  expect(lease.view).toMatchObject({ owners: [], refusals: [{ id: 'x' }] });
});
