import type { PageScenarios, World } from './cause';

const CLIENT = 'trading-ui';
const CLIENT_ADDRESS = '192.0.2.7';
export const ATTACKER = '203.0.113.9';

/** C. Too many requests are refused. */
export const securityViolations: PageScenarios = {
  runbook: 'securityViolations',
  severity: 'critical',
  causes: [
    {
      cite: 'C.diagnosis',
      name: 'unseen',
      title: 'The access log does not show what the metric counts',
      given: countedAndNotLogged,
    },
    {
      cite: 'C.1',
      name: 'over-limit',
      title: 'Known clients are just over their rate limit',
      given: (world) => refusedClient(world, { limited: 300, other: 900 }),
    },
    {
      cite: 'C.2',
      name: 'token',
      title: 'The token of a known client is not taken any more',
      given: (world) => refusedClient(world, { unauthorized: 40 }),
    },
    {
      cite: 'C.3',
      name: 'shared',
      title: 'Most of it comes from addresses that many share, or that are never blocked',
      given: ({ host }) => {
        // Well answered mostly: it stands for more than one.
        host.access.begin({ addresses: [{ name: ATTACKER, counts: { unauthorized: 950, other: 4_000 } }] });
      },
    },
    {
      cite: 'C.3',
      name: 'attack',
      title: 'An attack: few sources send most of what is refused',
      given: ({ host }) => {
        host.access.begin({ addresses: [{ name: ATTACKER, counts: { unauthorized: 950 } }] });
      },
    },
    {
      cite: 'C.3',
      name: 'many-sources',
      title: 'Refused requests come from many sources',
      given: ({ host }) => {
        const addresses = Array.from({ length: 20 }, (_, at) => `198.51.100.${at}`);
        host.access.begin({ addresses: addresses.map((name) => ({ name, counts: { unauthorized: 10 } })) });
      },
    },
  ],
};

function refusedClient({ host }: World, counts: { limited?: number; unauthorized?: number; other?: number }): void {
  host.access.begin({
    addresses: [{ name: CLIENT_ADDRESS, counts, clients: [CLIENT] }],
    clients: [{ name: CLIENT, counts }],
  });
}

function countedAndNotLogged({ host }: World): void {
  host.also.observeSeries = async ({ metric }) => ({
    name: metric === 'securityViolations' ? 'kingfisher_security_violations_total' : metric,
    answer: 'ok',
    source: 'prometheus',
    windowMs: 300_000,
    series: [{ labels: { type: 'unauthorized' }, value: 40 }],
    dropped: 0,
    detail: '',
    observedAt: host.now(),
  });
}
