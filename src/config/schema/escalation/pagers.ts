import { z } from 'zod';
import { optionalSecret, optionalSecretUrl, secret, url } from '../urls';
import { section, someText, textWhere } from '../nouns';

const routingKey = secret(textWhere('an integration key of PagerDuty', (text) => /^[\x21-\x7e]*$/.test(text)));

/** `pagers:` how the controller reaches the teams of `escalation`. */
export const pagers = section({
  slack: section({
    token: optionalSecret(),
    apiUrl: url('https', 'http').default('https://slack.com/api/'),
  }).prefault({}),
  pagerduty: section({
    routingKeys: z.record(someText('the name of a PagerDuty service'), routingKey).default({}),
    eventsUrl: url('https', 'http').default('https://events.pagerduty.com'),
  }).prefault({}),
  // Who watches that maintenance runs: asked after each run.
  pings: section({
    weekly: optionalSecretUrl('whole', 'https', 'http'),
    monthly: optionalSecretUrl('whole', 'https', 'http'),
  }).prefault({}),
}).transform(({ slack, pagerduty, pings }) => ({
  slack,
  pings,
  pagerduty: {
    ...pagerduty,
    // An empty text (`${NAME:-}`) means none, as for every secret.
    routingKeys: Object.fromEntries(Object.entries(pagerduty.routingKeys).filter(([, key]) => key !== '')),
  },
}));
