/** Stand-ins for Slack and PagerDuty as a program of their own: `docker-compose.yml` runs them. Until SIGTERM. */
import { StandInPagerduty } from './pagerduty';
import { Faults, StandInServer } from './server';
import { StandInSlack } from './slack';

/** Those of the default configuration. */
const CHANNELS = ['trading-ai-alerts', 'platform-alerts', 'security'];
const SERVICES: Record<string, string> = {
  HALCYON_PAGERDUTY_TRADING_AI: 'trading-ai-primary',
  HALCYON_PAGERDUTY_PLATFORM: 'platform-secondary',
  HALCYON_PAGERDUTY_MANAGER: 'engineering-manager',
};
const PORTS = { got: 9200, slack: 9201, pagerduty: 9202 };

async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const host = '0.0.0.0';
  const keys = Object.entries(SERVICES).map(([variable, service]) => [env[variable] ?? '', service]);
  const tokens = [env['HALCYON_SLACK_TOKEN'] ?? ''];
  const slack = await StandInSlack.start({ tokens, channels: CHANNELS, host, port: PORTS.slack });
  const routingKeys = Object.fromEntries(keys) as Record<string, string>;
  const pagerduty = await StandInPagerduty.start({ routingKeys, host, port: PORTS.pagerduty });
  const got = () => ({
    slack: Object.fromEntries(CHANNELS.map((channel) => [channel, slack.texts(channel)])),
    pagerduty: pagerduty.incidents.map(({ service, status, triggers }) => ({
      service,
      status,
      summaries: triggers.map(({ payload }) => payload?.summary),
    })),
  });
  const answer = () => ({ status: 200, body: got() });
  const server = await StandInServer.start(answer, new Faults(), () => answer(), { host, port: PORTS.got });
  const stop = () => void Promise.all([slack, pagerduty, server].map((each) => each.stop())).then(() => process.exit());
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  process.stdout.write(`stand-ins of Slack and PagerDuty listen; what they got: http://127.0.0.1:${PORTS.got}\n`);
}

main(process.env).catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
