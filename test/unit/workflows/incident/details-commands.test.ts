import type { LeaseView } from '../../../../src/shared/safety/lease';
import { renderGuard } from '../../../../src/workflows/guard/guard-details';
import { renderLease } from '../../../../src/workflows/lease/lease-details';
import { QUIET_GUARD } from '../../../support/scripted/quiet-guard';

describe('what Temporal UI tells people to paste is a command, and no JSON', () => {
  it('on a guard', () => {
    expect(renderGuard(QUIET_GUARD, { recent: [] })).toContain('`halcyon pause --host h1 --for 2h --reason "…"`');
    const pause = { by: 'anna', reason: 'moving', since: '2026-11-23T03:00:00Z', until: '2026-11-23T05:00:00Z' };
    const paused = renderGuard({ ...QUIET_GUARD, pauses: [pause] }, { recent: [] });
    expect(paused).toContain('to end yours: `halcyon resume --host h1`; to end all: `halcyon resume --host h1 --all`');
    expect(paused).not.toContain('{"');
  });

  it('on a lease', () => {
    const lease: LeaseView = {
      host: 'h1',
      setting: 'openai.max_qps',
      state: 'active',
      value: 4,
      original: 8,
      owners: [],
      appliedAt: '2026-11-23T03:00:00Z',
      endsAt: '2026-11-23T05:00:00Z',
      endsThereAt: '2026-11-23T05:00:10Z',
      endedAt: null,
      notes: [],
    } as Partial<LeaseView> as LeaseView;
    const text = renderLease(lease);
    expect(text).toContain('End it: `halcyon leases release h1 openai.max_qps --reason "…"`');
    expect(text).not.toContain('{"');
  });
});
