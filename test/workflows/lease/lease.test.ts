import { ApplicationFailure } from '@temporalio/common';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import { extendLeaseUpdate, releaseLeaseUpdate } from '../../../src/workflows/messages';
import { LeaseSite, SETTING } from '../../support/sites/lease-site';
import { recordHistory } from '../../support/temporal/record-history';
import { waitFor } from '../../support/wait-for';

const HOUR_MS = 3_600_000;

let site: LeaseSite;

// A server each: time that passed in one test would hold up the next.
beforeEach(async () => {
  site = await LeaseSite.up();
});
afterEach(async () => {
  await site?.down();
});

const by = { by: 'anna', reason: 'the test says so' };

function broken(message: string): ApplicationFailure {
  return ApplicationFailure.retryable(message, 'ObservationFailed');
}

describe('a lease', () => {
  it('is in effect until its time, then undone', async () => {
    await site.withHost(async (host) => {
      const handle = await host.request();
      expect(await host.active()).toMatchObject({ original: 8, value: 4, current: 4 });
      const end = await host.end();
      await recordHistory(handle, 'lease.undone');
      expect(end).toMatchObject({ state: 'undone', original: 8, current: 8, owners: [] });
      expect(Date.parse(end.endedAt!) - Date.parse(end.appliedAt!)).toBeGreaterThanOrEqual(HOUR_MS - 60_000);
      expect(host.settings.writes).toEqual([4, 8]);
      expect(host.settings.permits).toEqual([
        { kind: 'change', token: 7, holder: 'incident/A/h1' },
        { kind: 'undo', token: 0, holder: handle.workflowId },
      ]);
    });
  });

  it('outlives the incident that wanted it, and ends all the same', async () => {
    await site.withHost(async (host) => {
      const incident = await site.env.client.workflow.start('wantsLease', {
        workflowId: `incident/A/${host.name}`,
        taskQueue: CONTROLLER_TASK_QUEUE,
        args: [await host.wish(), 30 * HOUR_MS],
      });
      await waitFor(() => host.value === 4, { what: 'the change' });
      await incident.terminate('killed');
      expect(await host.end()).toMatchObject({ state: 'undone', current: 8 });
    });
  });

  it('ends when its incident gives it up', async () => {
    await site.withHost(async (host) => {
      const incident = await site.env.client.workflow.start('wantsLease', {
        workflowId: `incident/A/${host.name}`,
        taskQueue: CONTROLLER_TASK_QUEUE,
        args: [await host.wish({ forMs: 30 * HOUR_MS }), HOUR_MS],
      });
      await incident.result();
      const end = await host.end();
      expect(end).toMatchObject({ state: 'undone', current: 8 });
      expect(Date.parse(end.endedAt!) - Date.parse(end.appliedAt!)).toBeLessThan(2 * HOUR_MS);
    });
  });

  it('wanted twice is one change, and ends with the last who wants it', async () => {
    await site.withHost(async (host) => {
      const handle = await host.request({ owner: 'incident/A/h1', forMs: HOUR_MS });
      await host.active();
      await host.request({ owner: 'incident/B/h1', forMs: 5 * HOUR_MS });
      const shared = await host.until('two owners', ({ owners, state }) => owners.length === 2 && state === 'active');
      expect(shared).toMatchObject({ original: 8, value: 4 });
      await handle.executeUpdate(releaseLeaseUpdate, { args: [{ ...by, owner: 'incident/A/h1' }] });
      expect(host.value).toBe(4);
      const end = await host.end();
      await recordHistory(handle, 'lease.shared');
      expect(host.settings.writes).toEqual([4, 8]);
      expect(Date.parse(end.endedAt!) - Date.parse(end.appliedAt!)).toBeGreaterThan(4 * HOUR_MS);
    });
  });

  it('is changed to a stronger wish and still ends at the first original', async () => {
    await site.withHost(async (host) => {
      const handle = await host.request();
      await host.active();
      await host.request({ owner: 'incident/B/h1', value: 2 });
      await host.until('the stronger wish', ({ current }) => current === 2);
      await host.end();
      await recordHistory(handle, 'lease.stronger');
      expect(host.settings.writes).toEqual([4, 2, 8]);
    });
  });

  it('takes another wish after it has ended, as a new one', async () => {
    await site.withHost(async (host) => {
      await host.request();
      await host.end();
      host.settings.values[SETTING] = 6;
      await host.request();
      await host.active();
      expect(await host.end()).toMatchObject({ state: 'undone', original: 6, current: 6 });
    });
  });
});

describe('crashes', () => {
  it('of the agent between writing and telling: the original is known, nothing is written twice', async () => {
    await site.withHost(async (host) => {
      let dies = true;
      host.settings.afterWrite = () => {
        if (dies) throw ((dies = false), broken('killed'));
      };
      const handle = await host.request();
      expect(await host.active()).toMatchObject({ original: 8, value: 4 });
      expect(await host.end()).toMatchObject({ state: 'undone', original: 8, current: 8 });
      await recordHistory(handle, 'lease.agent-killed');
      expect(host.settings.writes).toEqual([4, 8]);
    });
  });
});

describe('somebody’s edit', () => {
  it('in the meantime is reported and left alone', async () => {
    await site.withHost(async (host) => {
      const handle = await host.request();
      await host.active();
      host.settings.values[SETTING] = 6;
      const end = await host.end();
      await recordHistory(handle, 'lease.overtaken');
      expect(end).toMatchObject({ state: 'overtaken', current: 6 });
      expect(end.notes.join('\n')).toContain('Overtaken, left alone: /etc/k.json has 6 by another hand');
      expect(host.value).toBe(6);
    });
  });

  it('back to the original is nothing to undo', async () => {
    await site.withHost(async (host) => {
      await host.request();
      await host.active();
      host.settings.values[SETTING] = 8;
      expect(await host.end()).toMatchObject({ state: 'undone', current: 8 });
      expect(host.settings.writes).toEqual([4]);
    });
  });

  it('between the look and the undo is left alone', async () => {
    await site.withHost(async (host) => {
      await host.request();
      await host.active();
      host.settings.before = (activity) => {
        if (activity === 'ensureSetting') host.settings.values[SETTING] = 6;
      };
      expect(await host.end()).toMatchObject({ state: 'overtaken', current: 6 });
      expect(host.value).toBe(6);
    });
  });

  it('to the wished value before it was asked for is no lease', async () => {
    await site.withHost(async (host) => {
      host.settings.values[SETTING] = 4;
      await host.request();
      expect(await host.end()).toMatchObject({ state: 'refused', current: 4 });
      expect(host.settings.writes).toEqual([]);
    });
  });
});

describe('an undo that fails', () => {
  it('is tried until it succeeds; people are paged, and hear that it is over', async () => {
    await site.withHost(async (host) => {
      const handle = await host.request();
      await host.active();
      host.settings.malformed = true;
      await handle.executeUpdate(releaseLeaseUpdate, { args: [by] });
      await site.env.sleep('20 minutes');
      expect(await host.view()).toMatchObject({ state: 'undoing' });
      host.settings.malformed = false;
      expect(await host.end()).toMatchObject({ state: 'undone', current: 8 });
      await recordHistory(handle, 'lease.undo-failed');
      expect(await host.escalation.result()).toEqual([
        'paged: LeaseNotUndone',
        expect.stringMatching(/^now: openai.max_qps of .* is still 4 and could not be set back to 8: .* is malformed$/),
        expect.stringMatching(/^selfHealed: openai.max_qps of .* is 8: the temporary change is undone$/),
      ]);
    });
  });

  it('for a few seconds pages nobody', async () => {
    await site.withHost(async (host) => {
      await host.request();
      await host.active();
      let failures = 3;
      host.settings.before = (activity) => {
        if (activity === 'ensureSetting' && failures-- > 0) throw broken('KingFisher is away');
      };
      expect(await host.end()).toMatchObject({ state: 'undone' });
      await expect(host.escalation.describe()).rejects.toThrow();
    });
  });
});

describe('a wish that cannot be carried out', () => {
  it('is refused, and what may have been written is put back', async () => {
    await site.withHost(async (host) => {
      host.settings.before = (activity) => {
        if (activity === 'ensureSetting' && host.value === 4) return;
        if (activity === 'ensureSetting' && host.settings.calls.length === 2) {
          host.settings.halfWritten(SETTING, 4);
          throw ApplicationFailure.nonRetryable('the restart failed', 'UnitMasked');
        }
      };
      const handle = await host.request();
      const end = await host.end();
      await recordHistory(handle, 'lease.refused');
      expect(end.notes.join('\n')).toContain('4 could not be applied: the restart failed');
      expect(host.value).toBe(8);
    });
  });

  it('with a stale turn changes nothing', async () => {
    await site.withHost(async (host) => {
      host.settings.before = (activity) => {
        if (activity !== 'ensureSetting' || host.settings.permits.at(-1)?.kind === 'undo') return;
        throw ApplicationFailure.nonRetryable('token 7 is older than 9', 'StaleToken');
      };
      await host.request();
      expect(await host.end()).toMatchObject({ state: 'refused', current: 8 });
      expect(host.settings.writes).toEqual([]);
    });
  });
});

describe('people', () => {
  it('extend a lease, become its owner, and end it', async () => {
    await site.withHost(async (host) => {
      const handle = await host.request({ forMs: HOUR_MS });
      await host.active();
      const extended = await handle.executeUpdate(extendLeaseUpdate, { args: [{ ...by, for: '5h' }] });
      expect(extended.owners.map(({ owner }) => owner)).toEqual(['incident/A/h1', 'anna']);
      await site.env.sleep('3 hours');
      expect(host.value).toBe(4);
      await handle.executeUpdate(releaseLeaseUpdate, { args: [by] });
      expect(await host.end()).toMatchObject({ state: 'undone', current: 8 });
      await recordHistory(handle, 'lease.extended');
    });
  });

  it.each([
    ['an owner that it does not have', { ...by, owner: 'incident/Z/h1' }, 'does not hold this lease'],
    ['nobody', { by: '', reason: 'x' }, 'by: expected some text'],
    ['no reason', { by: 'anna', reason: ' ' }, 'reason: expected some text'],
  ])('cannot release it for %s', async (_what, input, message) => {
    await site.withHost(async (host) => {
      const handle = await host.request();
      await host.active();
      const refused = await handle.executeUpdate(releaseLeaseUpdate, { args: [input] }).catch((err: unknown) => err);
      expect(refused).toBeInstanceOf(WorkflowUpdateFailedError);
      expect((refused as WorkflowUpdateFailedError).cause?.message).toContain(message);
      expect(host.value).toBe(4);
    });
  });

  it.each(['soon', '0s', '31d'])('cannot extend it for %s', async (time) => {
    await site.withHost(async (host) => {
      const handle = await host.request();
      await host.active();
      const extension = handle.executeUpdate(extendLeaseUpdate, { args: [{ ...by, for: time }] });
      await expect(extension).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
    });
  });

  it('who cancel the workflow end the lease', async () => {
    await site.withHost(async (host) => {
      const handle = await host.request();
      await host.active();
      await handle.cancel();
      expect(await host.end()).toMatchObject({ state: 'undone', current: 8 });
    });
  });
});
