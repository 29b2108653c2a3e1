import type { CauseScenario, PageScenarios } from './cause';

/** E. No image comes from Telegram. */
export const imageProcessingStalled: PageScenarios = {
  runbook: 'imageProcessingStalled',
  severity: 'warning',
  causes: stalled([
    {
      cite: 'E.diagnosis',
      name: 'images-unseen',
      title: 'The images cannot be seen: nobody knows whether any came',
      given: ({ host }) => {
        host.telegram.images = { evidence: 'absent', why: 'there is no folder of images', newest: null, ageMs: null };
      },
    },
    {
      cite: 'E.diagnosis',
      name: 'kingfisher-down',
      title: 'KingFisher itself does not run: page A mends that',
      given: ({ host }) => {
        host.up.kingfisher = false;
      },
    },
    {
      cite: 'E.1',
      name: 'limited',
      title: 'Telegram limits the bot for too long',
      given: ({ host }) => {
        host.telegram.bot = { token: 'unknown', retryAfterMs: 30_000 };
      },
    },
    {
      cite: 'E.2',
      name: 'no-way',
      title: 'This host does not reach Telegram',
      given: ({ host }) => {
        const telegram = 'api.telegram.org:443';
        host.telegram.way = { telegram: { to: telegram, name: 'found', connect: 'refused', detail: 'ECONNREFUSED' } };
        host.telegram.bot = { token: 'unknown' };
      },
    },
    {
      cite: 'E.3',
      name: 'bot',
      title: 'The bot is not set up as it must be',
      given: ({ host }) => {
        host.telegram.bot = { token: 'rejected', name: null, webhook: null, channel: null };
      },
    },
    {
      cite: 'E.4',
      name: 'channel-lost',
      title: 'The bot has no access to the source channel',
      given: ({ host }) => {
        host.telegram.bot = { channel: { channel: '@liquidations', access: 'left', detail: 'kicked' } };
      },
    },
    {
      cite: 'E',
      name: 'stuck',
      title: 'The downloader of KingFisher is stuck',
      given: ({ host }) => {
        host.telegram.isStuck = true;
      },
    },
    {
      cite: 'E',
      name: 'no-start',
      title: 'A start of KingFisher cannot work: it is not restarted',
      given: ({ host }) => {
        host.telegram.isStuck = true;
        host.configurationValid = false;
      },
    },
    {
      cite: 'E.4',
      name: 'channel-silent',
      title: 'The source channel is silent: nothing waits at Telegram for the bot',
      given: () => undefined,
    },
    {
      cite: 'E.3',
      name: 'not-asked',
      title: 'Nobody could ask Telegram about the bot',
      given: ({ host }) => {
        host.telegram.bot = { token: 'absent', name: null, webhook: null, channel: null };
      },
    },
  ]),
};

/** With each of them no image comes, within business hours. */
function stalled(causes: CauseScenario[]): CauseScenario[] {
  return causes.map((cause) => ({
    ...cause,
    given: (world) => {
      world.host.telegram.isStalled = true;
      cause.given(world);
    },
  }));
}
