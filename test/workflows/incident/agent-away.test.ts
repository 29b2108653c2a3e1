import type { WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { IncidentView } from '../../../src/shared/incident';
import {
  alert,
  closedMeanwhile,
  incidentInput,
  resolvedWhenWell,
  startIncident,
  untilState,
} from '../../support/incidents';
import { startLocal } from '../../support/temporal/temporal';
import { WorkflowSite } from '../../support/sites/workflow-site';

const { EventType } = temporal.api.enums.v1;
const HOUR_S = 3_600;

/** On a real server: the time-skipping one stands still while work waits for an agent. */
let site: WorkflowSite;

beforeAll(async () => {
  site = await WorkflowSite.up({ startServer: startLocal });
});
afterAll(async () => {
  await site?.down();
});

/** Short enough for a test; an incident gives up only when it is told to. */
function inputOf(name: string) {
  const input = incidentInput(name);
  input.policy = { ...input.policy, agentWithinMs: 500, giveUpAfterMs: HOUR_S * 1_000, steadyForMs: 0 };
  return input;
}

/** Seconds until each thing ends that the run waits for by itself. */
async function openWaits(handle: WorkflowHandle): Promise<{ activities: number[]; timers: number[] }> {
  const events = (await handle.fetchHistory()).events ?? [];
  const ended = new Set(events.map(endOf).filter((id) => id !== undefined));
  const open = events.filter(({ eventId }) => !ended.has(String(eventId)));
  return {
    activities: open.flatMap(({ activityTaskScheduledEventAttributes: it }) => secondsOf(it?.scheduleToStartTimeout)),
    timers: open.flatMap(({ timerStartedEventAttributes: it }) => secondsOf(it?.startToFireTimeout)),
  };
}

/** The event that began what this one ends. */
function endOf(event: temporal.api.history.v1.IHistoryEvent): string | undefined {
  const end =
    event.activityTaskTimedOutEventAttributes?.scheduledEventId ??
    event.activityTaskCompletedEventAttributes?.scheduledEventId ??
    event.timerFiredEventAttributes?.startedEventId ??
    event.timerCanceledEventAttributes?.startedEventId;
  return end === undefined || end === null ? undefined : String(end);
}

function secondsOf(duration: { seconds?: unknown } | null | undefined): number[] {
  return duration === undefined || duration === null ? [] : [Number(duration.seconds)];
}

it('waits for an agent that is away by one probe and one timer, each longer than any page takes', async () => {
  await site.withHost(async (_host, name) => {
    const handle = await startIncident(site.env.client, name, alert(), inputOf(name));
    await untilState(handle, 'waitingForAgent');
    const { activities, timers } = await openWaits(handle);
    // Nothing of it can end within the hour, so nothing of it can write an event.
    expect(activities).toEqual([HOUR_S]);
    expect(timers.map((seconds) => seconds > HOUR_S - 60)).toEqual([true]);
    await closedMeanwhile(handle);
  }, false);
}, 120_000);

it('an agent that is back and too old to know the probe is back all the same', async () => {
  await site.withHost(async (host, name) => {
    host.up.kingfisher = false;
    host.lacks.add('observeAllowed');
    const handle = await startIncident(site.env.client, name, alert(), inputOf(name));
    await untilState(handle, 'waitingForAgent');
    await site.withAgent(host, name, async () => {
      // What it does know is done.
      const view: IncidentView = await untilState(handle, 'watching', 'waitingForPeople');
      expect(view.findings.find(({ name: finding }) => finding === 'AgentUnreachable')?.withdrawnAt).toBeDefined();
      expect(view.findings.map(({ name: finding }) => finding)).toContain('AgentTooOld');
      await closedMeanwhile(handle);
    });
  }, false);
}, 120_000);

it('goes on as soon as the agent is back: each look was offered once more, and the host is healed', async () => {
  await site.withHost(async (host, name) => {
    host.up.kingfisher = false;
    const first = alert();
    const handle = await startIncident(site.env.client, name, first, inputOf(name));
    await untilState(handle, 'waitingForAgent');
    await site.withAgent(host, name, async () => {
      const view: IncidentView = await resolvedWhenWell(handle, first);
      expect(view.outcome).toBe('healed');
      expect(view.timeline.map(({ title }) => title)).toContain(`The agent on ${name} answers again`);
      expect(view.findings.find(({ name: finding }) => finding === 'AgentUnreachable')?.withdrawnAt).toBeDefined();
    });
    const { events } = await handle.fetchHistory();
    const notTaken = events?.filter(({ eventType }) => eventType === EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT);
    const titles = new Set(host.calls);
    expect(notTaken!.length).toBeLessThanOrEqual(titles.size);
  }, false);
}, 120_000);
