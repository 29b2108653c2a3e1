import type { Alert } from '../../../src/shared/alert';
import type { Condition } from '../../../src/shared/observations/probes';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { alert, closedByHand, startIncident } from '../../support/incidents';
import { startLocal } from '../../support/temporal/temporal';
import { WorkflowSite } from '../../support/sites/workflow-site';

/** On a real server, one for all: nothing here waits for time to pass, and no case leaves its time to the next. */
let site: WorkflowSite;

beforeAll(async () => {
  site = await WorkflowSite.up({ startServer: startLocal });
});
afterAll(async () => {
  await site?.down();
});

/** Breaks a host, tells an alert of it, and closes the incident once automation has nothing to do on it. */
async function run(breakIt: (host: ScriptedHost) => void, first: Alert = alert()) {
  return await site.withHost(async (host, name) => {
    breakIt(host);
    const view = await closedByHand(await startIncident(site.env.client, name, first));
    return { host, view, names: view.findings.map((finding) => finding.name) };
  });
}

describe('only what is down is restarted', () => {
  it.each<[Exclude<Condition, 'well' | 'down'>, string]>([
    ['busy', 'DependencyBusy'],
    ['starting', 'DependencyStarting'],
    ['protecting', 'DependencyProtecting'],
    ['refused', 'DependencyRefused'],
  ])('one that is %s is named and left alone, and so is a KingFisher that lives beside it', async (condition, name) => {
    const { host, names } = await run((it) => {
      it.up.postgres = false;
      it.conditions.redis = condition;
    });
    expect(host.restarts).toEqual(['postgres']);
    expect(names).toEqual(expect.arrayContaining([name, 'DependencyDown']));
  });

  it('a KingFisher that is dead is started beside one that is busy', async () => {
    const { host } = await run((it) => {
      it.up.kingfisher = false;
      it.up.postgres = false;
      it.conditions.redis = 'busy';
      // It cannot start before PostgreSQL runs.
      it.broken.add('kingfisher');
      it.before = () => void (it.up.postgres && it.broken.delete('kingfisher'));
    });
    expect(host.restarts).toEqual(['kingfisher', 'postgres', 'kingfisher']);
  });

  it('one that starts is waited for, and nothing is restarted when all is well then', async () => {
    const { host, view } = await run((it) => {
      it.conditions.redis = 'starting';
      it.before = (activity) => void (activity === 'waitUntilDependencyClear' && delete it.conditions.redis);
    });
    expect(host.restarts).toEqual([]);
    expect(view.measures.healthyAt).not.toBeNull();
  });

  it('withdraws what it said of a dependency that came back', async () => {
    const { view } = await run((it) => (it.up.redis = false));
    expect(view.findings).toEqual([
      expect.objectContaining({ name: 'DependencyDown', withdrawnAt: expect.any(String) as string }),
    ]);
  });
});

describe('a KingFisher that does not speak of what it stands on', () => {
  it('is not healed before a dependency that is down runs', async () => {
    const { host, view } = await run((it) => {
      it.readyChecks = 'none';
      it.up.kingfisher = false;
      it.up.redis = false;
    });
    expect(host.restarts).toEqual(['kingfisher', 'redis', 'kingfisher']);
    expect(view.measures.healthyAt).not.toBeNull();
  });

  it('is not taken at its word that all is well', async () => {
    const { host } = await run((it) => {
      it.readyChecks = 'none';
      it.up.redis = false;
    });
    expect(host.restarts).toEqual(['redis', 'kingfisher']);
  });

  it('is not healed while one takes no writes', async () => {
    const { host, view, names } = await run((it) => {
      it.readyChecks = 'none';
      it.up.kingfisher = false;
      it.conditions.rabbitmq = 'protecting';
    });
    expect(host.restarts).toEqual(['kingfisher']);
    expect(view.measures.healthyAt).toBeNull();
    expect(names).toContain('DependencyProtecting');
  });

  it.each<[string, (host: ScriptedHost) => void, string[]]>([
    ['busy', (it) => (it.conditions.redis = 'busy'), []],
    ['starting', (it) => (it.conditions.redis = 'starting'), []],
    ['down', (it) => (it.up.redis = false), ['redis', 'kingfisher']],
  ])(
    'is not restarted for a /ready that says no without a name, where Redis is %s',
    async (_how, breakIt, restarts) => {
      const { host } = await run((it) => {
        it.readyChecks = 'unnamed';
        breakIt(it);
      });
      expect(host.restarts).toEqual(restarts);
    },
  );
});

describe('one late answer', () => {
  it('is no reason to restart', async () => {
    const { host } = await run((it) => (it.lateAnswers = 1), alert({ status: 'resolved' }));
    expect(host.restarts).toEqual([]);
  });

  it('does not hide the dependency that is down', async () => {
    const { host } = await run((it) => {
      it.lateAnswers = 1;
      it.up.postgres = false;
      it.conditions.redis = 'busy';
    });
    expect(host.restarts).toEqual(['postgres']);
  });
});

describe('a start that is under way', () => {
  const starting = (it: ScriptedHost) => {
    it.up.kingfisher = false;
    it.starting.add('kingfisher');
  };

  it('is waited for and verified', async () => {
    const { host, view } = await run(starting);
    expect(host.restarts).toEqual([]);
    expect(view.measures.healthyAt).not.toBeNull();
    expect(view.timeline.map(({ title }) => title)).toContain('A start is under way: wait for it');
  });

  it('is made anew only where it failed', async () => {
    const { host } = await run((it) => {
      starting(it);
      it.broken.add('kingfisher');
      it.before = (activity) => void (activity === 'ensureRestarted' && it.broken.delete('kingfisher'));
    });
    expect(host.restarts).toEqual(['kingfisher']);
  });
});
