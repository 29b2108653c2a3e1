import type { IncidentView } from '../../../src/shared/incident';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { approveUpdate, rejectUpdate } from '../../../src/workflows/messages';
import {
  POLICY,
  alert,
  closedMeanwhile,
  incidentInput,
  resolvedWhenWell,
  startIncident,
  untilState,
} from '../../support/incidents';
import { SAFETY } from '../../support/safety';
import { ScriptedSettings } from '../../../src/simulate/script/scripted-settings';
import { WorkflowSite } from '../../support/sites/workflow-site';
import { recordHistory } from '../../support/temporal/record-history';

const SECURITY = { name: 'Security', slackChannel: '#security', pagerdutyService: null };
const ATTACKER = { name: '203.0.113.9', counts: { unauthorized: 950 } };

let site: WorkflowSite;
let settings: ScriptedSettings;

beforeEach(async () => {
  settings = new ScriptedSettings();
  settings.values['rate_limit.per_minute'] = 60;
  site = await WorkflowSite.up({ agent: () => settings.activities() });
});
afterEach(async () => {
  await site?.down();
});

type Mode = 'observe' | 'approve' | 'auto';

async function begin(name: string, mode: Mode = 'auto', teams: object = { security: SECURITY }) {
  const { escalation } = SAFETY;
  const safety = { ...SAFETY, mode, escalation: { ...escalation, teams: { ...escalation.teams, ...teams } } };
  const labels = { alertname: 'KingfisherServiceDown', severity: 'critical' };
  const first = alert({ labels, annotations: { summary: 'too many requests are refused' } });
  const policy = { ...POLICY, limits: { violationsPer5m: 10 } };
  const input = incidentInput(name, { runbook: 'securityViolations', policy, safety });
  return { first, handle: await startIncident(site.env.client, name, first, input) };
}

type Begun = Awaited<ReturnType<typeof begin>>;

async function approved({ handle }: Begun): Promise<IncidentView['approvals'][number]> {
  const [asked] = (await untilState(handle, 'waitingForApproval')).approvals;
  await handle.executeUpdate(approveUpdate, { args: [{ as: 'anna', hash: asked!.hash }] });
  return asked!;
}

async function toPeople({ handle }: Begun): Promise<IncidentView> {
  return await untilState(handle, 'waitingForPeople');
}

const stateOf = async ({ handle }: Begun) => (await handle.query<IncidentView>('timeline')).state;
const names = ({ findings }: IncidentView) => findings.map(({ name }) => name);
const notesTo = (channel: string) =>
  site.pagers.sent.flatMap(({ input: { team, page } }) =>
    team.slackChannel === channel && page.kind === 'note' ? [page.text] : [],
  );

/** Whatever is written ends it. */
function endsBy(host: ScriptedHost): void {
  settings.afterWrite = () => {
    host.access.isGoingOn = false;
  };
}

describe('an attack', () => {
  it('is named, blocked for a while in its own turn, told to the security team once, and stays blocked when it is over', async () => {
    await site.withHost(async (host, name) => {
      host.access.begin({ addresses: [ATTACKER, { name: '198.51.100.4', counts: { forbidden: 3 } }] });
      endsBy(host);
      const begun = await begin(name);
      const result = await resolvedWhenWell(begun.handle, begun.first);
      await recordHistory(begun.handle, 'securityViolations.blocked');
      expect(result.outcome).toBe('healed');
      expect(result.cause).toMatchObject({ cite: 'C.3', evidence: expect.stringContaining('950 of 953') });
      expect(result.leases).toMatchObject([
        { setting: 'blockedAddress[203.0.113.9]', state: 'active', outlives: true },
      ]);
      expect(settings.values['blockedAddress[203.0.113.9]']).toBe('blocked');
      expect(notesTo('#security')).toHaveLength(1);
      expect(notesTo('#security')[0]).toMatch(/203\.0\.113\.9 \(950\)\. Last day: 953 refused/);
      expect(site.pagers.tiersOf(begun.handle.workflowId)).toEqual([]);
    });
  });

  it('that stopped by itself is not blocked with one that goes on', async () => {
    await site.withHost(async (host, name) => {
      host.access.begin({ addresses: [ATTACKER, { name: '2001:db8::9', counts: { unauthorized: 300 } }] });
      host.access.silent = [ATTACKER.name];
      endsBy(host);
      const begun = await begin(name);
      const result = await resolvedWhenWell(begun.handle, begun.first);
      expect(result.cause?.evidence).toContain('300 of 300');
      expect(result.leases.map(({ setting }) => setting)).toEqual(['blockedAddress[2001:db8::9]']);
    });
  });

  it('waits for a yes where the mode is to ask, with the addresses in the question', async () => {
    await site.withHost(async (host, name) => {
      host.access.begin({ addresses: [ATTACKER, { name: '2001:db8::9', counts: { unauthorized: 300 } }] });
      endsBy(host);
      const begun = await begin(name, 'approve');
      const { subject } = await approved(begun);
      expect(subject).toMatchObject({ risk: 'blockAddress', arguments: { addresses: '203.0.113.9, 2001:db8::9' } });
      expect(settings.writes).toEqual([]);
      const result = await resolvedWhenWell(begun.handle, begun.first);
      await recordHistory(begun.handle, 'securityViolations.asked');
      expect(result.outcome).toBe('healed');
      expect(Object.keys(settings.values)).toContain('blockedAddress[2001:db8::9]');
    });
  });

  it('is named and told, and nobody is blocked, where Halcyon only observes', async () => {
    await site.withHost(async (host, name) => {
      host.access.begin({ addresses: [ATTACKER] });
      const begun = await begin(name, 'observe');
      const view = await toPeople(begun);
      expect(view.cause?.cite).toBe('C.3');
      expect(view.timeline.map(({ title }) => title)).toContain('Would block these addresses for a while');
      expect(settings.writes).toEqual([]);
      await closedMeanwhile(begun.handle);
      await recordHistory(begun.handle, 'securityViolations.observed');
      expect(notesTo('#security')).toHaveLength(1);
    });
  });

  it('of a host that does not allow blocks is left to people', async () => {
    await site.withHost(async (host, name) => {
      host.access.begin({ addresses: [ATTACKER] });
      host.allow = host.allow.filter((word) => word !== 'blockAddress');
      const begun = await begin(name);
      expect(names(await toPeople(begun))).toContain('NotAllowed');
      expect(settings.writes).toEqual([]);
      await closedMeanwhile(begun.handle);
    });
  });

  it('says so where no team is configured that hears of it', async () => {
    await site.withHost(async (host, name) => {
      host.access.begin({ addresses: [ATTACKER] });
      endsBy(host);
      const begun = await begin(name, 'auto', {});
      const { timeline } = await resolvedWhenWell(begun.handle, begun.first);
      expect(timeline.map(({ title }) => title)).toContain('Nobody is told: escalation.teams has no security');
    });
  });
});

it('a no blocks nobody, and people have it', async () => {
  await site.withHost(async (host, name) => {
    host.access.begin({ addresses: [ATTACKER] });
    const begun = await begin(name, 'approve');
    const [asked] = (await untilState(begun.handle, 'waitingForApproval')).approvals;
    await begun.handle.executeUpdate(rejectUpdate, { args: [{ as: 'anna', hash: asked!.hash }] });
    await toPeople(begun);
    expect(settings.writes).toEqual([]);
    await closedMeanwhile(begun.handle);
    await recordHistory(begun.handle, 'securityViolations.rejected');
  });
});

describe('nobody is blocked', () => {
  const shared = [
    ['whom the host never blocks', { ...ATTACKER, never: 'it is loopback' }, []],
    ['whom a known client comes from', { ...ATTACKER, clients: ['ui'] }, [{ name: 'ui', counts: { forbidden: 1 } }]],
    ['who is answered well', { name: '203.0.113.9', counts: { unauthorized: 950, other: 4_000 } }, []],
  ] as const;

  it.each(shared)('%s: that is a finding', async (_who, address, clients) => {
    await site.withHost(async (host, name) => {
      host.access.begin({
        addresses: [{ ...address, clients: [...('clients' in address ? address.clients : [])] }],
        clients: [...clients],
      });
      const begun = await begin(name);
      const view = await toPeople(begun);
      expect(names(view)).toContain('SourceShared');
      expect(view.cause?.title).toMatch(/addresses that many share/);
      expect(settings.writes).toEqual([]);
      await closedMeanwhile(begun.handle);
    });
  });

  it('where many send it: people and the security team hear of it', async () => {
    await site.withHost(async (host, name) => {
      const addresses = Array.from({ length: 20 }, (_, at) => ({
        name: `203.0.113.${at}`,
        counts: { unauthorized: 10 },
      }));
      host.access.begin({ addresses });
      const begun = await begin(name);
      const view = await toPeople(begun);
      expect(view.cause).toMatchObject({ cite: 'C.3', title: 'Refused requests come from many sources' });
      expect(notesTo('#security')).toHaveLength(1);
      expect(settings.writes).toEqual([]);
      await closedMeanwhile(begun.handle);
      await recordHistory(begun.handle, 'securityViolations.many');
    });
  });
});

const BUSY = { name: 'trading-ui', counts: { limited: 300, other: 900 } };

describe('known clients over their limit', () => {
  it('get a higher one for a while, once a person says yes', async () => {
    await site.withHost(async (host, name) => {
      host.access.begin({
        addresses: [{ name: '192.0.2.7', counts: BUSY.counts, clients: [BUSY.name] }],
        clients: [BUSY],
      });
      endsBy(host);
      const begun = await begin(name);
      const { subject } = await approved(begun);
      expect(subject).toMatchObject({ risk: 'raiseLimit', arguments: { from: 60, to: 120, forMs: 3_600_000 } });
      const result = await resolvedWhenWell(begun.handle, begun.first);
      await recordHistory(begun.handle, 'securityViolations.raised');
      expect(result).toMatchObject({ outcome: 'healed', cause: { cite: 'C.1' } });
      expect(settings.writes).toEqual([120]);
    });
  });

  it('are seen beside an attack that stopped by itself', async () => {
    await site.withHost(async (host, name) => {
      const client = { name: '192.0.2.7', counts: BUSY.counts, clients: [BUSY.name] };
      host.access.begin({ addresses: [ATTACKER, client], clients: [BUSY] });
      host.access.silent = [ATTACKER.name];
      const begun = await begin(name);
      expect((await approved(begun)).subject).toMatchObject({ risk: 'raiseLimit' });
      await closedMeanwhile(begun.handle);
    });
  });

  it('that are refused more than answered are not just over it', async () => {
    await site.withHost(async (host, name) => {
      const clients = [{ name: 'trading-ui', counts: { limited: 300, other: 20 } }];
      host.access.begin({
        addresses: [{ name: '192.0.2.7', counts: { limited: 300 }, clients: ['trading-ui'] }],
        clients,
      });
      const begun = await begin(name);
      expect(names(await toPeople(begun))).toContain('SourceShared');
      expect(settings.writes).toEqual([]);
      await closedMeanwhile(begun.handle);
    });
  });
});

it('a known client without a valid token gets a new one, once a person says yes, and people are told where it is', async () => {
  await site.withHost(async (host, name) => {
    const client = { name: 'trading-ui', counts: { unauthorized: 40 } };
    host.access.begin({
      addresses: [{ name: '192.0.2.7', counts: client.counts, clients: [client.name] }],
      clients: [client],
    });
    const begun = await begin(name);
    expect((await approved(begun)).subject).toMatchObject({ risk: 'issueToken', arguments: { client: 'trading-ui' } });
    const view = await toPeople(begun);
    expect(host.access.issued).toEqual(['trading-ui']);
    const told = view.findings.find((finding) => finding.name === 'TokenIssued');
    expect(told?.detail).toMatch(
      /a new token for trading-ui is in \/var\/lib\/halcyon\/tokens\/trading-ui\.[0-9a-f]{8} of/,
    );
    host.access.isGoingOn = false;
    await site.passUntil(async () => (await stateOf(begun)) === 'watching', 'the new token to be used');
    const result = await resolvedWhenWell(begun.handle, begun.first);
    await recordHistory(begun.handle, 'securityViolations.token');
    expect(result.cause?.cite).toBe('C.2');
  });
});

describe('evidence that is none', () => {
  it('a metric that counts what a quiet log does not show is named', async () => {
    await site.withHost(async (host, name) => {
      host.also.observeSeries = async () => ({
        name: 'kingfisher_security_violations_total',
        answer: 'ok',
        source: 'prometheus',
        windowMs: 300_000,
        series: [{ labels: { type: 'unauthorized' }, value: 40 }],
        dropped: 0,
        detail: '',
        observedAt: host.now(),
      });
      const begun = await begin(name);
      const view = await toPeople(begun);
      expect(names(view)).toContain('SourcesDisagree');
      expect(view.cause?.evidence).toMatch(/rises by 40 in 5 minutes/);
      await closedMeanwhile(begun.handle);
      await recordHistory(begun.handle, 'securityViolations.disagree');
    });
  });

  it('a quiet log with a firing alert is a finding about monitoring, and changes nothing', async () => {
    await site.withHost(async (_host, name) => {
      const begun = await begin(name);
      await untilState(begun.handle, 'watching');
      await site.env.sleep('20m');
      const view = await begun.handle.query<IncidentView>('timeline');
      expect(view.findings).toMatchObject([
        { name: 'AlertContradicted', detail: expect.stringMatching(/^Access to KingFisher/) },
      ]);
      await resolvedWhenWell(begun.handle, begun.first);
      await recordHistory(begun.handle, 'securityViolations.contradicted');
      expect(settings.writes).toEqual([]);
    });
  });

  it.each(['absent', 'malformed', 'stale'] as const)('a log that is %s is not a quiet one', async (evidence) => {
    await site.withHost(async (host, name) => {
      host.access.evidence = evidence;
      const begun = await begin(name);
      const view = await toPeople(begun);
      expect(names(view)).toContain({ absent: 'LogAbsent', malformed: 'LogMalformed', stale: 'LogStale' }[evidence]);
      expect(view.cause).toBeNull();
      await closedMeanwhile(begun.handle);
      if (evidence === 'absent') await recordHistory(begun.handle, 'securityViolations.no-log');
    });
  });
});
