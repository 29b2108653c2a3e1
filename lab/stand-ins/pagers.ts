import { randomBytes } from 'node:crypto';
import { StandInPagerduty } from './pagerduty';
import { StandInSlack } from './slack';

const CHANNELS = ['trading-ai-alerts', 'platform-alerts', 'security'];
const SERVICES = ['trading-ai-primary', 'platform-secondary', 'engineering-manager'];

/** Slack and PagerDuty with channels and services of the default configuration, and secrets of their own. */
export class StandInPagers {
  private constructor(
    readonly slack: StandInSlack,
    readonly pagerduty: StandInPagerduty,
    /** Environment of a controller that runs with `sections`. */
    readonly env: Record<string, string>,
  ) {}

  static async start(): Promise<StandInPagers> {
    const token = `xoxb-${randomBytes(16).toString('hex')}`;
    const keys = SERVICES.map((service) => [service, randomBytes(16).toString('hex')] as const);
    const slack = await StandInSlack.start({ tokens: [token], channels: CHANNELS });
    const routingKeys = Object.fromEntries(keys.map(([service, key]) => [key, service]));
    const pagerduty = await StandInPagerduty.start({ routingKeys });
    const env = Object.fromEntries([['SLACK_TOKEN', token], ...keys.map(([service, key]) => [variable(service), key])]);
    return new StandInPagers(slack, pagerduty, env);
  }

  /**
   * For `startStack`, with these times of the three tiers, and those of the first tier of single runbooks; names the
   * secrets, and does not have them.
   */
  sections(
    first: string,
    second: string,
    third: string,
    firstTierAfter: Record<string, string> = {},
  ): Record<string, unknown> {
    const routingKeys = Object.fromEntries(SERVICES.map((service) => [service, `\${${variable(service)}}`]));
    return {
      pagers: {
        slack: { token: '${SLACK_TOKEN}', apiUrl: this.slack.apiUrl },
        pagerduty: { routingKeys, eventsUrl: this.pagerduty.eventsUrl },
      },
      escalation: {
        tiers: [
          { after: first, notify: 'onDuty' },
          { after: second, notify: 'other' },
          { after: third, notify: 'engineeringManager' },
        ],
        firstTierAfter,
      },
    };
  }

  async stop(): Promise<void> {
    await Promise.all([this.slack.stop(), this.pagerduty.stop()]);
  }
}

function variable(service: string): string {
  return `PAGERDUTY_${service.replaceAll('-', '_').toUpperCase()}`;
}
