import type { BotState, WayTo } from '../../../../src/shared/observations/telegram';
import { ScriptedTelegram } from '../../../../src/simulate/script/scripted-telegram';
import { botFault, channelFault, limitOf, wayFault } from '../../../../src/workflows/steps/images/faults';
import type { TelegramSeen } from '../../../../src/workflows/steps/images/faults';
import { serviceState } from '../../activities/support/host';

const NOTHING: TelegramSeen = { status: undefined, refusals: undefined, way: undefined, bot: undefined };

const wayTo = (to: string, name: WayTo['name'], connect: WayTo['connect']): WayTo => ({
  to,
  name,
  connect,
  detail: '',
});
const telegram = (name: WayTo['name'], connect: WayTo['connect']) => wayTo('api.telegram.org:443', name, connect);
const other = (name: WayTo['name'], connect: WayTo['connect']) => wayTo('httpbin.org:443', name, connect);
const address = (connect: WayTo['connect']) => wayTo('192.0.2.1:443', 'address', connect);

const fault = (way: WayTo, reference: WayTo | null, direct: WayTo | null = null) =>
  wayFault({ ...NOTHING, way: { telegram: way, reference, address: direct, observedAt: '' } })?.name;

it('what could not be seen is no fault', () => {
  expect(limitOf(NOTHING)).toBeUndefined();
  for (const judge of [wayFault, botFault, channelFault]) expect(judge(NOTHING)).toBeUndefined();
});

it.each<[string, WayTo, WayTo | null, WayTo | null, string | undefined]>([
  ['all is well', telegram('found', 'ok'), other('found', 'ok'), null, undefined],
  ['only Telegram is away', telegram('found', 'timeout'), other('found', 'ok'), null, 'TelegramAway'],
  ['only Telegram is away, as an address tells', telegram('found', 'refused'), null, address('ok'), 'TelegramAway'],
  ['only its name is not known', telegram('unknown', null), other('found', 'ok'), null, 'TelegramAway'],
  ['no name is found', telegram('unanswered', null), other('unanswered', null), null, 'NameLookupBroken'],
  [
    'no name is found, and connections work',
    telegram('unanswered', null),
    other('unanswered', null),
    address('ok'),
    'NameLookupBroken',
  ],
  ['nothing works', telegram('unanswered', null), other('unanswered', null), address('timeout'), 'NoWayOut'],
  ['no connection works', telegram('found', 'timeout'), other('found', 'timeout'), null, 'NoWayOut'],
  [
    'its name is known, and nothing else works',
    telegram('found', 'timeout'),
    other('unanswered', null),
    null,
    'NoWayOut',
  ],
  [
    'the other name is known, and not reached',
    telegram('unanswered', null),
    other('found', 'timeout'),
    null,
    'NoWayOut',
  ],
  ['there is nothing to compare with', telegram('found', 'refused'), null, null, 'TelegramAway'],
  ['there is no name to compare with', telegram('unanswered', null), null, null, 'NameLookupBroken'],
])('the way: %s', (_what, way, reference, direct, name) => {
  expect(fault(way, reference, direct)).toBe(name);
});

async function bot(more: Partial<BotState>): Promise<TelegramSeen> {
  const scripted = new ScriptedTelegram(
    () => '2026-11-23T12:00:00Z',
    () => serviceState(),
  );
  scripted.bot = more;
  const { observeTelegramBot, observeWayOut } = scripted.observations();
  return { ...NOTHING, bot: await observeTelegramBot!(), way: await observeWayOut!() };
}

it('something else answers in the place of Telegram', async () => {
  const endpoint = { answer: 'malformed', status: 200, latencyMs: 1, detail: '<html>' } as const;
  expect(wayFault(await bot({ token: 'unknown', endpoint }))).toEqual({
    name: 'TelegramAway',
    detail: 'Telegram takes connections, and does not answer as its API does (200: <html>)',
  });
  expect(wayFault(await bot({ token: 'unknown', retryAfterMs: 0 }))).toBeUndefined();
});

it.each<[Partial<BotState>, string | undefined]>([
  [{}, undefined],
  [{ token: 'absent', tokenFrom: null, webhook: null, channel: null }, undefined],
  [{ token: 'unknown', webhook: null, channel: null }, undefined],
  [{ token: 'unusable', webhook: null, channel: null }, 'BotTokenUnusable'],
  [{ token: 'rejected', webhook: null, channel: null }, 'BotTokenRejected'],
  [{ webhook: { host: 'x.example', pending: 0, lastError: '' } }, 'WebhookSet'],
])('the bot %p', async (more, name) => {
  expect(botFault(await bot(more))?.name).toBe(name);
});

it('another program fetches its updates, unless they wait all the same', async () => {
  const refusals = { path: 'x.log', evidence: 'present' as const, limited: 0, retryAfterMs: null, observedAt: '' };
  const withPending = async (pending: number) => {
    const seen = await bot({ webhook: { host: null, pending, lastError: '' } });
    return botFault({ ...seen, refusals: { ...refusals, conflicts: 1, lines: [] } })?.name;
  };
  expect(await withPending(0)).toBe('BotSharedWithOthers');
  expect(await withPending(4)).toBeUndefined();
});

it('a limit is what Telegram says, else what the log says, else what the status says', async () => {
  const status = { ...{ path: '/s', connected: null, isLimited: true, said: 'bot: rate_limited', observedAt: '' } };
  const endpoint = { answer: 'ok', status: 200, latencyMs: 1, detail: '' } as const;
  const lines = ['telegram: 429', 'x'];
  const refusals = {
    ...{ path: 'x.log', evidence: 'present' as const, limited: 2, retryAfterMs: null, observedAt: '' },
  };
  const seen = { ...NOTHING, status: { ...status, endpoint } };
  expect(limitOf(seen)).toEqual({ detail: '/s says bot: rate_limited', retryAfterMs: 0 });
  const logged = { ...seen, refusals: { ...refusals, conflicts: 0, lines } };
  expect(limitOf(logged)?.detail).toBe('429 2 times in x.log: telegram: 429');
  const { bot: limited } = await bot({ token: 'unknown', retryAfterMs: 5_000 });
  expect(limitOf({ ...logged, bot: limited })).toEqual({
    detail: 'Telegram answers 429, wait 5 s',
    retryAfterMs: 5_000,
  });
});

it.each(['member', 'reachable', 'unknown'] as const)('a channel that is %s is no fault', async (access) => {
  expect(channelFault(await bot({ channel: { channel: '@x', access, detail: '' } }))).toBeUndefined();
});

it('a channel that moved is told with its new id', async () => {
  const moved = await bot({ channel: { channel: '-42', access: 'moved', detail: '-10042' } });
  expect(channelFault(moved)?.detail).toMatch(/-42 posts \(-10042\): it has another id now/);
});
