import type { WorkflowHandle } from '@temporalio/client';
import type { IncidentInput, IncidentResult, IncidentView } from '../../../src/shared/incident';
import {
  acknowledgeUpdate,
  alertSignal,
  approveUpdate,
  closeSignal,
  closeUpdate,
  rejectSignal,
  rejectUpdate,
  timelineQuery,
} from '../../../src/workflows/messages';
import { alert, incidentInput, resolvedWhenWell, startIncident, untilState } from '../../support/incidents';
import { recordHistory } from '../../support/temporal/record-history';
import { SAFETY } from '../../support/safety';
import { startLocal } from '../../support/temporal/temporal';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { waitFor } from '../../support/wait-for';
import { WorkflowSite } from '../../support/sites/workflow-site';

const MINUTE = 60_000;

jest.setTimeout(180_000);

let site: WorkflowSite;

// A server each: time that passed in one test would hold up the next.
beforeEach(async () => {
  site = await WorkflowSite.up();
});
afterEach(async () => {
  await site?.down();
});

/** An alert that began at the server's own time. */
async function alertNow(host: string, at = site) {
  const now = new Date(await at.env.currentTimeMs()).toISOString();
  return alert({
    startsAt: now,
    receivedAt: now,
    labels: { alertname: 'KingfisherServiceDown', instance: host, severity: 'critical' },
  });
}

async function down(host: ScriptedHost, name: string, safety = SAFETY) {
  host.up.kingfisher = false;
  host.broken.add('kingfisher');
  const first = await alertNow(name);
  const handle = await startIncident(site.env.client, name, first, incidentInput(name, { safety }));
  return { handle, first };
}

function view(handle: WorkflowHandle): Promise<IncidentView> {
  return handle.query(timelineQuery);
}

/** Somebody mends it, and Alertmanager sees it. */
async function heal(host: ScriptedHost, handle: WorkflowHandle, first: Awaited<ReturnType<typeof alertNow>>) {
  host.broken.clear();
  host.up.kingfisher = true;
  await handle.signal(alertSignal, { ...first, status: 'resolved' });
}

describe('an incident that Halcyon cannot end', () => {
  it('stays open, pages each tier once, the first at once, and ends when the host is well', async () => {
    await site.withHost(async (host, name) => {
      host.allow = ['restart', 'clearFiles'];
      const { handle, first } = await down(host, name);
      await untilState(handle, 'waitingForPeople');
      await site.env.sleep(65 * MINUTE);
      await waitFor(async () => (await view(handle)).tier === 3, { what: 'tier 3', deadlineMs: 20_000 });
      await heal(host, handle, first);
      const result = (await handle.result()) as IncidentResult;
      await recordHistory(handle, 'serviceDown.people');
      expect(result.outcome).toBe('resolvedByPeople');
      const paged = site.pagers.tiersOf(handle.workflowId);
      const zero = Date.parse(first.startsAt);
      expect(paged.map(({ tier }) => tier)).toEqual([1, 2, 3]);
      paged.forEach(({ at }, index) => {
        // Critical, and nothing automatic is left: the first tier does not wait for its minute.
        const due = zero + (index === 0 ? 0 : SAFETY.escalation.tiers[index]!.afterMs);
        expect(Date.parse(at) - due).toBeGreaterThanOrEqual(0);
        expect(Date.parse(at) - due).toBeLessThan(30_000);
      });
      await waitFor(() => site.pagers.closedOf(handle.workflowId).length > 0, { what: 'the close to be told' });
    });
  });

  it('is not over when Alertmanager says resolved and the host is not well', async () => {
    await site.withHost(async (host, name) => {
      host.allow = ['restart', 'clearFiles'];
      const { handle, first } = await down(host, name);
      await untilState(handle, 'waitingForPeople');
      await handle.signal(alertSignal, { ...first, status: 'resolved' });
      await site.env.sleep(5 * MINUTE);
      expect((await view(handle)).outcome).toBeNull();
      host.broken.clear();
      host.up.kingfisher = true;
      expect(((await handle.result()) as IncidentResult).outcome).toBe('resolvedByPeople');
    });
  });

  it('is closed by a person, who reads what Halcyon sees then', async () => {
    await site.withHost(async (host, name) => {
      host.allow = ['restart', 'clearFiles'];
      const { handle } = await down(host, name);
      await untilState(handle, 'waitingForPeople');
      await expect(handle.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: '' }] })).rejects.toThrow();
      await handle.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: 'host is decommissioned' }] });
      const result = (await handle.result()) as IncidentResult;
      expect(result.outcome).toBe('unresolved');
      expect(result.timeline.map(({ title }) => title)).toContain('anna closes this incident');
    });
  });

  it('begins again with a new episode, a minute after the last pass', async () => {
    await site.withHost(async (host, name) => {
      host.allow = ['restart', 'clearFiles'];
      const { handle } = await down(host, name);
      await untilState(handle, 'waitingForPeople');
      host.broken.clear();
      const again = await alertNow(name);
      await handle.signal(alertSignal, again);
      await site.passUntil(() => host.up.kingfisher, 'another pass');
      const { timeline } = await view(handle);
      const at = (title: string) => Date.parse(timeline.find((entry) => entry.title === title)?.at ?? '');
      // Not when it would be asked about anyway, which is every ten.
      expect(at('Diagnosing again') - at('Nothing automatic is left')).toBeLessThan(2 * MINUTE);
      expect((await resolvedWhenWell(handle, again)).outcome).toBe('healed');
    });
  });
});

describe('a KingFisher that is well after a restart and dies before that is verified', () => {
  it('is restarted again, nothing bigger is asked, and it is a crash loop', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      host.deathsWhileVerified = 1;
      const first = await alertNow(name);
      const handle = await startIncident(site.env.client, name, first);
      await site.passUntil(() => host.up.kingfisher && host.restarts.length === 2, 'a second restart');
      const { approvals, findings, timeline } = await untilState(handle, 'watching');
      expect(approvals).toEqual([]);
      expect(findings.map((finding) => finding.name)).toContain('CrashLoop');
      const titles = timeline.map(({ title }) => title);
      expect(titles).toContain('People are needed now');
      expect(titles).not.toContain('Nothing automatic is left');
      await handle.terminate();
    });
  });

  it('is left to people when the budget of restarts is used up', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      host.deathsWhileVerified = 1_000;
      const first = await alertNow(name);
      const handle = await startIncident(site.env.client, name, first);
      await untilState(handle, 'waitingForPeople');
      expect(host.restarts).toHaveLength(SAFETY.guard.restartsPerHour);
      await handle.terminate();
    });
  });
});

describe('an acknowledgement', () => {
  it('holds the next tier and lapses', async () => {
    await site.withHost(async (host, name) => {
      host.allow = ['restart', 'clearFiles'];
      const { handle, first } = await down(host, name);
      await untilState(handle, 'waitingForPeople');
      await site.env.sleep(20 * MINUTE);
      await handle.executeUpdate(acknowledgeUpdate, { args: [{ as: 'anna', for: '25m' }] });
      expect((await view(handle)).acknowledged?.as).toBe('anna');
      await site.env.sleep(15 * MINUTE);
      expect(site.pagers.tiersOf(handle.workflowId).map(({ tier }) => tier)).toEqual([1]);
      await site.env.sleep(12 * MINUTE);
      await waitFor(() => site.pagers.tiersOf(handle.workflowId).length === 2, { what: 'tier 2 after the lapse' });
      await heal(host, handle, first);
      await handle.result();
    });
  });

  it('is refused without a name, or for too long', async () => {
    await site.withHost(async (host, name) => {
      const { handle, first } = await down(host, name);
      for (const args of [{ as: '' }, { as: 'anna', for: 'soon' }, { as: 'anna', for: '30d' }]) {
        await expect(handle.executeUpdate(acknowledgeUpdate, { args: [args] })).rejects.toThrow();
      }
      await heal(host, handle, first);
      await handle.result();
    });
  });
});

describe('the last resort of runbook A', () => {
  it('is done after somebody approved exactly that', async () => {
    await site.withHost(async (host, name) => {
      const { handle, first } = await down(host, name);
      const { approvals } = await untilState(handle, 'waitingForApproval');
      const hash = approvals[0]!.hash;
      await expect(handle.executeUpdate(approveUpdate, { args: [{ as: 'carla' }] })).rejects.toThrow();
      // A mistyped hash is no answer in advance.
      await expect(handle.executeUpdate(approveUpdate, { args: [{ as: 'anna', hash: '00000000' }] })).rejects.toThrow();
      expect((await view(handle)).approvals).toMatchObject([{ hash, state: 'asked' }]);
      host.broken.clear();
      await handle.executeUpdate(approveUpdate, { args: [{ as: 'anna', hash }] });
      const result = await resolvedWhenWell(handle, first);
      await recordHistory(handle, 'serviceDown.last-resort');
      expect(result.outcome).toBe('healed');
      expect(host.calls).toContain('ensureBackup');
      expect(result.approvals[0]).toMatchObject({ state: 'approved', answeredBy: 'anna', hash });
      expect(site.pagers.askedOf(handle.workflowId)).toContain(hash);
    });
  });

  it.each(['rejected', 'expired'] as const)('is not done when it is %s', async (how) => {
    await site.withHost(async (host, name) => {
      const { handle, first } = await down(host, name);
      await untilState(handle, 'waitingForApproval');
      if (how === 'rejected') await handle.executeUpdate(rejectUpdate, { args: [{ as: 'bela', note: 'not now' }] });
      else await site.env.sleep(31 * MINUTE);
      const { approvals } = await untilState(handle, 'waitingForPeople');
      expect(approvals[0]?.state).toBe(how);
      expect(host.calls).not.toContain('ensureBackup');
      await heal(host, handle, first);
      await handle.result();
    });
  });

  it('is withdrawn when Alertmanager says that it is over', async () => {
    await site.withHost(async (host, name) => {
      const { handle, first } = await down(host, name);
      await untilState(handle, 'waitingForApproval');
      await heal(host, handle, first);
      const result = (await handle.result()) as IncidentResult;
      expect(result.approvals[0]?.state).toBe('withdrawn');
      expect(host.calls).not.toContain('ensureBackup');
    });
  });
});

describe('a full recovery', () => {
  const byAnna = { who: 'anna', reason: 'storage move' };

  async function startRecovery(name: string, more: Partial<IncidentInput>, at = site) {
    const input = incidentInput(name, { runbook: 'emergencyRecovery', safety: SAFETY, ...more });
    const recovery = { dryRun: false, onlyUnhealthy: false };
    return await startIncident(at.env.client, name, await alertNow(name, at), { ...input, recovery });
  }

  /** The server that skips time now and then stands still when a host is looked at while people answer. */
  let real: WorkflowSite;
  beforeAll(async () => {
    real = await WorkflowSite.up({ startServer: startLocal });
  });
  afterAll(async () => {
    await real?.down();
  });

  it('that an alert starts is asked for first, and paged about when nobody says yes', async () => {
    await real.withHost(async (host, name) => {
      host.up.kingfisher = false;
      const handle = await startRecovery(name, {}, real);
      await untilState(handle, 'waitingForApproval');
      expect(host.calls).not.toContain('ensureStopped');
      await handle.executeUpdate(rejectUpdate, { args: [{ as: 'anna' }] });
      await untilState(handle, 'waitingForPeople');
      await waitFor(() => real.pagers.tiersOf(handle.workflowId).length === 1, { what: 'tier 1 at once' });
      host.up.kingfisher = true;
      await handle.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: 'done by hand' }] });
      expect(((await handle.result()) as IncidentResult).outcome).toBe('resolvedByPeople');
      expect(host.calls).not.toContain('ensureStopped');
    });
  });

  it('asks somebody else before it mends more permissions than allowed, with KingFisher up again', async () => {
    await site.withHost(async (host, name) => {
      host.wrongPermissions = 5_000;
      const handle = await startRecovery(name, { startedBy: byAnna });
      const { approvals } = await untilState(handle, 'waitingForApproval');
      expect(approvals[0]?.subject).toMatchObject({ risk: 'permissions', arguments: { entries: 5_000, allowed: 100 } });
      expect(host.kingfisherHealthy()).toBe(true);
      expect(host.wrongPermissions).toBe(5_000);
      await expect(handle.executeUpdate(approveUpdate, { args: [{ as: 'anna' }] })).rejects.toThrow();
      await handle.executeUpdate(approveUpdate, { args: [{ as: 'carla' }] });
      const result = (await handle.result()) as IncidentResult;
      await recordHistory(handle, 'emergencyRecovery.permissions-approved');
      expect(result.outcome).toBe('healed');
      expect(host.wrongPermissions).toBe(0);
    });
  });
});

describe('the mode of a runbook', () => {
  it('observe: diagnoses and pages, and changes nothing', async () => {
    await site.withHost(async (host, name) => {
      const { handle, first } = await down(host, name, { ...SAFETY, mode: 'observe' });
      const seen = await untilState(handle, 'waitingForPeople');
      expect(host.restarts).toEqual([]);
      expect(seen.findings.map((finding) => finding.name)).toContain('ChangeRefused');
      await heal(host, handle, first);
      await handle.result();
    });
  });

  const approve = { ...SAFETY, mode: 'approve' } as const;

  it('approve: asks once for the remedy of a cause, with its reason', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      host.diskFull = true;
      const first = await alertNow(name);
      const handle = await startIncident(site.env.client, name, first, incidentInput(name, { safety: approve }));
      const { approvals } = await untilState(handle, 'waitingForApproval');
      expect(host.restarts).toEqual([]);
      expect(approvals[0]?.subject).toMatchObject({ risk: 'change', cite: 'A.1' });
      expect(approvals[0]?.subject.precondition).toContain('unit is ');
      await handle.executeUpdate(approveUpdate, { args: [{ as: 'anna' }] });
      const result = await resolvedWhenWell(handle, first);
      expect(result.outcome).toBe('healed');
      expect(result.approvals).toHaveLength(1);
      expect(host.calls).toContain('ensureTempFilesRemoved');
      expect(host.restarts).toEqual(['kingfisher']);
    });
  });

  it('approve: a small remedy that was rejected is not followed by a bigger question', async () => {
    await site.withHost(async (host, name) => {
      const { handle, first } = await down(host, name, approve);
      await untilState(handle, 'waitingForApproval');
      await handle.executeUpdate(rejectUpdate, { args: [{ as: 'anna', note: 'I am at it' }] });
      const { approvals, timeline } = await untilState(handle, 'waitingForPeople');
      expect(approvals).toMatchObject([{ state: 'rejected', answeredBy: 'anna' }]);
      expect(timeline.map(({ title }) => title)).toContainEqual(expect.stringMatching(/^Not asked: Full recovery/));
      expect(host.restarts).toEqual([]);
      await heal(host, handle, first);
      await handle.result();
    });
  });

  it('approve: one question covers a full recovery that a person starts, and closing it asks and changes nothing', async () => {
    await site.withHost(async (host, name) => {
      const recovery = { dryRun: false, onlyUnhealthy: false };
      const startedBy = { who: 'bela', reason: 'storage move' };
      const input = incidentInput(name, { runbook: 'emergencyRecovery', safety: approve, startedBy, recovery });
      const handle = await startIncident(site.env.client, name, await alertNow(name), input);
      const { approvals } = await untilState(handle, 'waitingForApproval');
      expect(approvals).toMatchObject([
        { subject: { risk: 'fullRecovery', precondition: 'bela wants it: storage move' } },
      ]);
      await handle.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: 'not now' }] });
      const result = (await handle.result()) as IncidentResult;
      expect(result.approvals).toMatchObject([{ state: 'withdrawn' }]);
      expect(host.restarts).toEqual([]);
      expect(host.calls).not.toContain('ensureStopped');
    });
  });
});

describe('what was kept while no controller ran', () => {
  it('is an answer by its hash, or a line of the timeline', async () => {
    await site.withHost(async (host, name) => {
      const { handle } = await down(host, name);
      const { approvals } = await untilState(handle, 'waitingForApproval');
      await handle.signal(rejectSignal, { as: 'anna' });
      await handle.signal(rejectSignal, { as: 'anna', hash: approvals[0]!.hash });
      await handle.signal(closeSignal, { as: '', reason: 'x' });
      await handle.signal(closeSignal, { as: 'anna', reason: 'done by hand' });
      const result = (await handle.result()) as IncidentResult;
      expect(result.approvals).toMatchObject([{ state: 'rejected', answeredBy: 'anna' }]);
      const titles = result.timeline.map(({ title }) => title);
      for (const title of [
        'An answer of anna was not taken ("rejected")',
        'A signal "close" was not taken',
        'anna closes this incident',
      ]) {
        expect(titles).toContain(title);
      }
    });
  });
});
