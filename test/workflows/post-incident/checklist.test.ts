import { ApplicationFailure, WorkflowUpdateFailedError } from '@temporalio/client';
import type { FollowUpView } from '../../../src/shared/post-incident/checklist';
import { ChecklistSite, followUpInput, reviewOf } from '../../support/sites/checklist-site';
import { recordHistory } from '../../support/temporal/record-history';

const DAY_MS = 86_400_000;
let site: ChecklistSite;

beforeEach(async () => {
  site = await ChecklistSite.up();
});
afterEach(async () => {
  await site?.down();
});

async function refusal(work: Promise<unknown>): Promise<string> {
  const err = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(err).toBeInstanceOf(WorkflowUpdateFailedError);
  return String((err as WorkflowUpdateFailedError).cause?.message);
}

describe('tasks of a review', () => {
  it('are told once, and end when each is done or skipped', async () => {
    await site.withController(async () => {
      const handle = await site.followUp();
      await site.until(handle, 'the items', ({ items }) => items.length === 2);
      await site.update(handle, 'finishItem', { item: 'g.8', by: 'anna', note: 'a new disk' });
      await site.update(handle, 'skipItem', { item: 'certificate', by: 'boris', reason: 'h1 is taken down' });
      const view = (await handle.result()) as FollowUpView;
      await recordHistory(handle, 'followUp.done');
      expect(view).toMatchObject({ endedAt: expect.any(String) as string, undelivered: [] });
      expect(view.items).toMatchObject([
        { key: 'disk', state: 'done', endedBy: 'anna', note: 'a new disk', owner: 'Platform' },
        { key: 'certificate', state: 'skipped', endedBy: 'boris', note: 'h1 is taken down' },
      ]);
      expect(site.told.map(({ title }) => title)).toEqual(['Monthly maintenance of h1: 2 items for people']);
      expect(site.told[0]).toMatchObject({ host: 'h1', team: { name: 'Platform' } });
    });
  });

  it('remind at their due moment, then each day, all that is overdue in one message, and not for ever', async () => {
    await site.withController(async () => {
      const handle = await site.followUp({ dueInMs: 2 * DAY_MS });
      await site.until(handle, 'the items', ({ items }) => items.length === 2);
      const due = new Date((await site.env.currentTimeMs()) + 3.5 * DAY_MS).toISOString();
      await site.update(handle, 'assignItem', { item: 'disk', to: 'carla', by: 'anna', due });
      await site.env.sleep('60 days');
      const reminders = site.told.slice(1);
      const about = reminders.map(({ facts }) =>
        facts
          .map(({ name }) => name.slice(0, 3))
          .filter((name) => name === 'G.8' || name === 'G.9')
          .join(),
      );
      expect(about.slice(0, 4)).toEqual(['G.9', 'G.9', 'G.8,G.9', 'G.8,G.9']);
      expect(reminders).toHaveLength(12);
      expect(reminders[2]!.title).toBe('Monthly maintenance of h1: 2 items are overdue');
      expect(reminders[11]!.title).toContain('(the last reminder)');
      expect(new Set(reminders.map(({ key }) => key)).size).toBe(12);
      expect(reminders[2]!.facts.flatMap(({ lines }) => lines).join()).toContain('carla, until ');
      const view = await site.view(handle);
      expect(view.nextReminderAt).toBeNull();
      // Whoever is given it now hears of it again.
      await site.update(handle, 'assignItem', {
        item: 'disk',
        to: 'anna',
        by: 'carla',
        due: new Date((await site.env.currentTimeMs()) + DAY_MS).toISOString(),
      });
      expect((await site.view(handle)).nextReminderAt).not.toBeNull();
      await recordHistory(handle, 'followUp.reminded');
      await handle.terminate();
    });
  });

  it('go on in new runs with all that is known, and remind of nothing twice', async () => {
    await site.withController(async () => {
      const handle = await site.followUp({ dueInMs: DAY_MS, maxEvents: 20 });
      await site.until(handle, 'the items', ({ items }) => items.length === 2);
      await site.update(handle, 'finishItem', { item: 'disk', by: 'anna' });
      await site.env.sleep('5 days');
      const view = await site.view(handle);
      expect((await site.client.workflow.getHandle(handle.workflowId).describe()).runId).not.toBe(
        handle.firstExecutionRunId,
      );
      expect(view.items).toMatchObject([{ state: 'done', endedBy: 'anna' }, { state: 'open' }]);
      expect(new Set(site.told.map(({ key }) => key)).size).toBe(site.told.length);
      expect(site.told.length).toBeGreaterThanOrEqual(5);
      await site.update(handle, 'skipItem', { item: 'certificate', by: 'anna', reason: 'gone' });
      expect(await site.client.workflow.getHandle(handle.workflowId).result()).toMatchObject({
        endedAt: expect.any(String) as string,
      });
    });
  });

  it('end at once where there are none', async () => {
    await site.withController(async () => {
      const handle = await site.followUp({ items: [] });
      await handle.result();
      expect(site.told).toEqual([]);
    });
  });

  it('are kept where nobody can be told, and the list says so', async () => {
    await site.withController(async () => {
      site.before = () => {
        throw ApplicationFailure.nonRetryable('Slack has no token', 'PageNotDelivered');
      };
      const handle = await site.followUp();
      const view = await site.until(handle, 'the failed message', ({ undelivered }) => undelivered.length === 1);
      expect(view.undelivered[0]).toContain('Slack has no token');
      expect(view.items).toHaveLength(2);
      await handle.terminate();
    });
  });
});

describe('what people say', () => {
  it('is refused where it cannot be, with what there is', async () => {
    await site.withController(async () => {
      const handle = await site.followUp({
        items: [...followUpInput().items, { key: 'queue', cite: 'G.8', title: 'q', detail: '' }],
      });
      await site.until(handle, 'the items', ({ items }) => items.length === 3);
      const say = async (name: string, argument: object) => await refusal(site.update(handle, name, argument));
      expect(await say('finishItem', { item: 'I.9', by: 'anna' })).toBe(
        'there is no item "I.9"; there are G.8 disk, G.9 certificate and G.8 queue',
      );
      expect(await say('finishItem', { item: 'G.8', by: 'anna' })).toBe(
        '"G.8" names more than one item: G.8 disk and G.8 queue',
      );
      expect(await say('skipItem', { item: 'disk', by: 'anna' })).toBe('reason: expected some text, got nothing');
      expect(await say('finishItem', { item: 'disk', by: ' \u200b' })).toContain('by: expected the name of a person');
      expect(await say('assignItem', { item: 'disk', to: '', by: 'anna' })).toContain('to: expected some text');
      expect(await say('assignItem', { item: 'disk', to: 'b', by: 'a', due: '2020-01-01T00:00:00Z' })).toContain(
        'due: expected a time within the next year',
      );
      await site.update(handle, 'finishItem', { item: 'disk', by: 'anna' });
      expect(await say('finishItem', { item: 'disk', by: 'boris' })).toContain(
        'G.8 disk is done already, by anna at 20',
      );
      await handle.terminate();
    });
  });

  it('is kept as a signal, and what cannot be taken of it is noted', async () => {
    await site.withController(async () => {
      const handle = await site.followUp();
      await handle.signal('skipItem', { item: 'disk', by: 'anna', reason: 'gone' });
      await handle.signal('finishItem', { item: 'disk', by: 'boris' });
      const view = await site.until(handle, 'both', ({ notes }) => notes.length === 2);
      expect(view.items[0]).toMatchObject({ state: 'skipped', endedBy: 'anna' });
      expect(view.notes[1]).toContain(
        'What boris said was not taken ("finishItem"): G.8 disk is skipped already, by anna',
      );
      await handle.terminate();
    });
  });
});

describe('the checklist of an incident', () => {
  it('has what is known and asks for the rest, of whoever was on duty', async () => {
    await site.withController(async () => {
      const handle = await site.postIncident();
      const view = await site.until(handle, 'the review', ({ items }) => items.length === 3);
      expect(view).toMatchObject({
        title: 'After KingfisherServiceDown on h1',
        host: 'h1',
        team: { name: 'Platform' },
      });
      expect(view.items).toMatchObject([
        { cite: 'I.1', state: 'known', owner: null, dueAt: null },
        { cite: 'I.4', state: 'open', owner: 'Platform', dueAt: expect.any(String) as string },
        { cite: 'I.5', state: 'open', owner: 'Platform' },
      ]);
      expect(await refusal(site.update(handle, 'finishItem', { item: 'I.1', by: 'anna' }))).toBe(
        'I.1 root-cause was filled in by Halcyon: nobody has to do it',
      );
      await site.update(handle, 'finishItem', { item: 'meeting', by: 'anna', note: 'held' });
      await site.update(handle, 'finishItem', { item: 'I.5', by: 'anna' });
      await handle.result();
      await recordHistory(handle, 'postIncident.whole');
      expect(site.told.map(({ title }) => title)).toEqual(['After KingfisherServiceDown on h1: 2 items for people']);
    });
  });

  it('ends at once and tells nobody where nothing is left', async () => {
    await site.withController(async () => {
      site.review = async () =>
        reviewOf({ form: 'short', items: reviewOf().items.map((item) => ({ ...item, state: 'known' })) });
      const handle = await site.postIncident();
      expect(await handle.result()).toMatchObject({ endedAt: expect.any(String) as string });
      await recordHistory(handle, 'postIncident.short');
      expect(site.told).toEqual([]);
    });
  });

  it('says how often it came, once that is too often', async () => {
    await site.withController(async () => {
      site.review = async () => reviewOf({ recurrence: { ...reviewOf().recurrence, count: 7 } });
      const handle = await site.postIncident();
      await site.until(handle, 'the review', ({ items }) => items.length === 3);
      await site.env.sleep('1 minute');
      expect(site.told[0]!.title).toBe(
        'After KingfisherServiceDown on h1: 2 items for people; the 7th incident for this cause in 30 days',
      );
      await handle.terminate();
    });
  });

  it('waits until the incident can be read, and goes on in new runs', async () => {
    await site.withController(async () => {
      let asked = 0;
      site.review = async () => {
        if (++asked < 4) throw ApplicationFailure.retryable('no controller can read it now', 'NotReadable');
        return reviewOf();
      };
      const handle = await site.postIncident({ maxEvents: 15 });
      await site.env.sleep('20 days');
      const view = await site.view(handle);
      expect(asked).toBe(4);
      expect(view.items).toHaveLength(3);
      expect((await site.client.workflow.getHandle(handle.workflowId).describe()).runId).not.toBe(
        handle.firstExecutionRunId,
      );
      expect(new Set(site.told.map(({ key }) => key)).size).toBe(site.told.length);
      await handle.terminate();
    });
  });
});
