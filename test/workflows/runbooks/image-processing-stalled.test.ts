import type { WorkflowHandle } from '@temporalio/client';
import type { Alert } from '../../../src/shared/alert';
import type { IncidentInput, IncidentView } from '../../../src/shared/incident';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import type { BotState, WayOut, WayTo } from '../../../src/shared/observations/telegram';
import { alertSignal } from '../../../src/workflows/messages';
import { IMAGE_POLICY } from '../../support/images';
import {
  alert,
  closedByHand,
  closedMeanwhile,
  incidentInput,
  resolvedWhenWell,
  startIncident,
  untilState,
} from '../../support/incidents';
import { SAFETY } from '../../support/safety';
import { WorkflowSite } from '../../support/sites/workflow-site';
import { recordHistory } from '../../support/temporal/record-history';

let site: WorkflowSite;
beforeEach(async () => {
  site = await WorkflowSite.up();
});
afterEach(async () => {
  await site?.down();
});

const labels = { alertname: 'KingfisherServiceDown', instance: 'h1:8201', severity: 'warning' };

async function begin(name: string, more: Partial<IncidentInput> = {}) {
  const first = alert({ labels, annotations: { summary: 'No images reach h1' } });
  const input = incidentInput(name, { runbook: 'imageProcessingStalled', policy: IMAGE_POLICY, ...more });
  return { first, handle: await startIncident(site.env.client, name, first, input) };
}

const titles = ({ timeline }: IncidentView) => timeline.map(({ title }) => title);
const named = ({ findings }: IncidentView) =>
  findings.filter(({ withdrawnAt }) => withdrawnAt === undefined).map(({ name }) => name);
const changes = (host: ScriptedHost) => host.calls.filter((call) => call.startsWith('ensure'));

/** Where the incident waits for time itself, that has to pass. */
async function passUntilState(handle: WorkflowHandle, ...states: IncidentView['state'][]): Promise<IncidentView> {
  const view = async () => await handle.query<IncidentView>('timeline');
  await site.passUntil(async () => states.includes((await view()).state), `${states.join(' or ')}`);
  return await view();
}

async function healedAfterTime(handle: WorkflowHandle, first: Alert): Promise<IncidentView> {
  await passUntilState(handle, 'watching', 'closed');
  return await resolvedWhenWell(handle, first);
}

/** No image comes, and nothing automatic helps: what people are left with. */
async function leftToPeople(set: (host: ScriptedHost) => void, record: string) {
  return await site.withHost(async (host, name) => {
    host.telegram.isStalled = true;
    set(host);
    const { handle } = await begin(name);
    const view = await passUntilState(handle, 'waitingForPeople');
    expect(changes(host)).toEqual([]);
    await closedByHand(handle);
    await recordHistory(handle, `imageProcessingStalled.${record}`);
    return view;
  });
}

const refused = (to: string): WayTo => ({ to, name: 'found', connect: 'refused', detail: 'ECONNREFUSED' });
const nameless = (to: string): WayTo => ({ to, name: 'unanswered', connect: null, detail: 'EAI_AGAIN' });

it('restarts KingFisher when updates wait at Telegram and it fetches none, and verifies a new image', async () => {
  await site.withHost(async (host, name) => {
    host.telegram.isStalled = true;
    host.telegram.isStuck = true;
    const { first, handle } = await begin(name);
    const result = await healedAfterTime(handle, first);
    expect(result.outcome).toBe('healed');
    expect(host.restarts).toEqual(['kingfisher']);
    expect(result.cause).toMatchObject({
      cite: 'E',
      evidence: '12 updates wait at Telegram, and KingFisher fetches none',
    });
    // It says "connected" all the time.
    expect(result.findings).toContainEqual(
      expect.objectContaining({
        name: 'StatusContradicted',
        detail: '/api/v1/telegram/status says connected: true while no image comes',
      }),
    );
    expect(titles(result)).toContain('Verify: images arrive');
    await recordHistory(handle, 'imageProcessingStalled.downloader-stuck');
  });
});

it('does not restart a KingFisher that fetched what waited meanwhile', async () => {
  await site.withHost(async (host, name) => {
    host.telegram.isStalled = true;
    let looks = 0;
    const { observeTelegramBot: ask } = host.telegram.observations();
    host.also.observeTelegramBot = async () => {
      const bot = await ask!();
      return { ...bot, webhook: { host: null, pending: looks++ === 0 ? 3 : 0, lastError: '' } };
    };
    const { handle } = await begin(name);
    const view = await passUntilState(handle, 'waitingForPeople');
    expect(host.restarts).toEqual([]);
    expect(named(view)).not.toContain('DownloaderStuck');
    await closedByHand(handle);
  });
});

it('restarts nothing while images arrive, and tells people of a fault of monitoring', async () => {
  await site.withHost(async (host, name) => {
    host.also.observeSeries = async ({ metric }) => ({
      ...{ name: metric, answer: 'ok', source: 'prometheus', windowMs: 900_000, dropped: 0, detail: '' },
      series: [{ labels: {}, value: 0 }],
      observedAt: host.now(),
    });
    const { first, handle } = await begin(name);
    await untilState(handle, 'watching');
    await site.env.sleep('20m');
    const { findings } = await handle.query<IncidentView>('timeline');
    expect(findings).toMatchObject([
      {
        name: 'AlertContradicted',
        detail: expect.stringMatching(/^Image processing has been.*imagesDownloaded did not rise in 15 m/),
      },
    ]);
    expect((await resolvedWhenWell(handle, first)).outcome).toBe('selfHealed');
    expect(changes(host)).toEqual([]);
    await recordHistory(handle, 'imageProcessingStalled.images-arrive');
  });
});

it('asks for nothing outside of business hours, and goes on when they open', async () => {
  await site.withHost(async (host, name) => {
    Object.assign(host.telegram, { isStalled: true, isStuck: true, isOpen: false });
    const { first, handle } = await begin(name);
    const view = await untilState(handle, 'notDue');
    expect(view.timeline).toContainEqual(
      expect.objectContaining({ detail: 'outside of business hours (every day 08:00-22:00 UTC)' }),
    );
    expect(changes(host)).toEqual([]);
    host.telegram.isOpen = true;
    await site.passUntil(() => host.restarts.length > 0, 'a restart');
    expect((await healedAfterTime(handle, first)).outcome).toBe('healed');
    await recordHistory(handle, 'imageProcessingStalled.not-due');
  });
});

describe('a limit of Telegram', () => {
  it('is waited out for as long as Telegram says, then all is looked at again', async () => {
    await site.withHost(async (host, name) => {
      host.telegram.isStalled = true;
      host.telegram.bot = { token: 'unknown', retryAfterMs: 90_000 };
      const { first, handle } = await begin(name);
      const waits = async () =>
        titles(await handle.query<IncidentView>('timeline')).includes('Telegram limits the bot: waits');
      await site.passUntil(waits, 'a wait');
      host.telegram.bot = {};
      host.telegram.isStalled = false;
      const result = await healedAfterTime(handle, first);
      expect(result).toMatchObject({ outcome: 'selfHealed', cause: { cite: 'E.1' } });
      const wait = result.timeline.find(({ title }) => title === 'Telegram limits the bot: waits');
      expect(wait?.detail).toMatch(/^1 m 30 s, until /);
      expect(changes(host)).toEqual([]);
      await recordHistory(handle, 'imageProcessingStalled.limited');
    });
  });

  it('that the log alone tells of is waited for once, and counts no more afterwards', async () => {
    await site.withHost(async (host, name) => {
      Object.assign(host.telegram, { isStalled: true, isStuck: true });
      const asked: string[] = [];
      const { observeTelegramRefusals: look } = host.telegram.observations();
      host.also.observeTelegramRefusals = async (wanted) => {
        asked.push(wanted.since);
        const seen = await look!(wanted);
        return asked.length === 1 ? { ...seen, limited: 2, lines: ['telegram: 429 Too Many Requests'] } : seen;
      };
      const { first, handle } = await begin(name);
      const result = await healedAfterTime(handle, first);
      expect(result.outcome).toBe('healed');
      expect(titles(result).filter((title) => title === 'Telegram limits the bot: waits')).toHaveLength(1);
      expect(Date.parse(asked[1]!) - Date.parse(asked[0]!)).toBeGreaterThanOrEqual(900_000);
    });
  });

  it('that lasts goes to people, and so does one that is longer than is waited for', async () => {
    const bot: Partial<BotState> = { token: 'unknown', retryAfterMs: 30_000 };
    const lasting = await leftToPeople((host) => (host.telegram.bot = bot), 'limited-for-long');
    expect(titles(lasting).filter((title) => title === 'Telegram limits the bot: waits')).toHaveLength(3);
    expect(lasting.cause).toMatchObject({ cite: 'E.1', evidence: 'Telegram answers 429, wait 30 s' });
    const long = await leftToPeople(
      (host) => (host.telegram.bot = { ...bot, retryAfterMs: 7_200_000 }),
      'limit-of-hours',
    );
    expect(titles(long)).not.toContain('Telegram limits the bot: waits');
    expect(long.cause?.evidence).toBe('Telegram answers 429, wait 2 h');
    for (const { cause } of [lasting, long]) expect(cause?.title).toBe('Telegram limits the bot for too long');
  });

  it('is not said to last where the alert was resolved before that was seen', async () => {
    await site.withHost(async (host, name) => {
      host.telegram.isStalled = true;
      host.telegram.bot = { token: 'unknown', retryAfterMs: 600_000 };
      const { handle, first } = await begin(name);
      const view = async () => await handle.query<IncidentView>('timeline');
      await site.passUntil(async () => titles(await view()).includes('Telegram limits the bot: waits'), 'a wait');
      await handle.signal('alert', { ...first, status: 'resolved' });
      await site.passUntil(async () => (await view()).state !== 'diagnosing', 'another look');
      expect((await view()).cause?.title).toBe('Telegram limits the bot');
      await closedMeanwhile(handle);
    });
  });

  it('holds up no other incident of the host', async () => {
    await site.withHost(async (host, name) => {
      host.telegram.isStalled = true;
      host.telegram.bot = { token: 'unknown', retryAfterMs: 600_000 };
      const { handle } = await begin(name);
      const waits = async () =>
        titles(await handle.query<IncidentView>('timeline')).includes('Telegram limits the bot: waits');
      await site.passUntil(waits, 'a wait');
      host.up.redis = false;
      const other = alert({ alertname: 'KingfisherOther', fingerprint: 'f0f0f0f0f0f0f0f0' });
      const input = incidentInput(name, { alertname: 'KingfisherOther' });
      const down = await startIncident(site.env.client, name, other, input);
      await passUntilState(down, 'watching');
      expect(host.restarts).toEqual(['redis', 'kingfisher']);
      expect((await handle.query<IncidentView>('timeline')).state).toBe('diagnosing');
      await closedMeanwhile(down);
      await closedMeanwhile(handle);
    });
  });
});

describe('what only people can mend is said exactly, and nothing is restarted', () => {
  it.each<[string, Partial<WayOut>, string, RegExp]>([
    [
      'names',
      { telegram: nameless('api.telegram.org:443'), reference: nameless('httpbin.org:443') },
      'NameLookupBroken',
      /^no name is found/,
    ],
    [
      'way-out',
      { telegram: refused('api.telegram.org:443'), reference: refused('httpbin.org:443') },
      'NoWayOut',
      /^no connection leaves this host/,
    ],
    ['telegram-away', { telegram: refused('api.telegram.org:443') }, 'TelegramAway', /^only Telegram is away/],
  ])('the network: %s', async (record, way, name, words) => {
    const view = await leftToPeople((host) => {
      host.telegram.way = way;
      host.telegram.bot = { token: 'unknown' };
    }, record);
    expect(named(view)).toEqual(['StatusContradicted', name]);
    expect(view.cause).toMatchObject({ cite: 'E.2', evidence: expect.stringMatching(words) });
  });

  it.each<[string, Partial<BotState>, string, string, RegExp]>([
    ['token', { token: 'rejected', name: null, webhook: null, channel: null }, 'BotTokenRejected', 'E.3', /@BotFather/],
    [
      'webhook',
      { webhook: { host: 'other.example', pending: 9, lastError: '' } },
      'WebhookSet',
      'E.3',
      /other\.example/,
    ],
    [
      'channel',
      { channel: { channel: '@liquidations', access: 'left', detail: 'kicked' } },
      'ChannelLost',
      'E.4',
      /administrator/,
    ],
    ['silent', {}, 'ChannelSilent', 'E.4', /whether @liquidations posts at all/],
  ])('the bot: %s', async (record, bot, name, cite, words) => {
    const view = await leftToPeople((host) => (host.telegram.bot = bot), record);
    expect(named(view)).toEqual(['StatusContradicted', name]);
    expect(view.cause).toMatchObject({ cite, evidence: expect.stringMatching(words) });
  });

  it('images that cannot be seen', async () => {
    const view = await leftToPeople(
      (host) => (host.telegram.images = { evidence: 'absent', why: 'no such folder', newest: null, ageMs: null }),
      'no-images-folder',
    );
    expect(view.cause).toMatchObject({ cite: 'E.diagnosis', evidence: 'no such folder' });
    expect(named(view)).toContain('ImagesNotFound');
  });
});

it('leaves a KingFisher that does not run to page A, and looks again when it runs', async () => {
  await site.withHost(async (host, name) => {
    Object.assign(host.telegram, { isStalled: true, isStuck: true });
    host.up.kingfisher = false;
    const { first, handle } = await begin(name);
    expect(named(await untilState(handle, 'waitingForPeople'))).toContain('KingfisherDown');
    expect(host.restarts).toEqual([]);
    host.up.kingfisher = true;
    await site.passUntil(() => host.restarts.length > 0, 'another pass');
    expect((await healedAfterTime(handle, first)).outcome).toBe('healed');
    await recordHistory(handle, 'imageProcessingStalled.kingfisher-down');
  });
});

it('names the same cause where it may only look, and says what it would do', async () => {
  await site.withHost(async (host, name) => {
    Object.assign(host.telegram, { isStalled: true, isStuck: true });
    const { handle } = await begin(name, { safety: { ...SAFETY, mode: 'observe' } });
    const view = await passUntilState(handle, 'waitingForPeople');
    expect(view.cause?.cite).toBe('E');
    expect(titles(view)).toContain('Would restart KingFisher');
    expect(changes(host)).toEqual([]);
    await closedByHand(handle);
    await recordHistory(handle, 'imageProcessingStalled.observe');
  });
});

it('is well again when images come while people have it', async () => {
  await site.withHost(async (host, name) => {
    host.telegram.isStalled = true;
    host.telegram.bot = { token: 'rejected', name: null, webhook: null, channel: null };
    const { first, handle } = await begin(name);
    await untilState(handle, 'waitingForPeople');
    await site.env.sleep('40m');
    expect(site.pagers.tiersOf(handle.workflowId)).toMatchObject([{ tier: 1 }, { tier: 2 }]);
    host.telegram.isStalled = false;
    await site.passUntil(async () => (await handle.query<IncidentView>('timeline')).state === 'watching', 'well');
    await handle.signal(alertSignal, { ...first, status: 'resolved' });
    expect(await handle.result()).toMatchObject({ outcome: 'resolvedByPeople' });
  });
});
