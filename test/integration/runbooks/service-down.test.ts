import type { WorkflowHandle } from '@temporalio/client';
import type { IncidentView } from '../../../src/shared/incident';
import { closedByHand } from '../../support/incidents';
import { LabSite } from '../../support/sites/lab-site';
import { waitFor } from '../../support/wait-for';

const DATA = '/opt/kingfisher/data';
const names = (view: IncidentView) => view.findings.map((finding) => finding.name);

let site: LabSite;

beforeAll(async () => {
  site = await LabSite.up('sd');
});
afterAll(async () => {
  await site?.down();
});

const kill = () => site.host.systemctl('kill', '--signal=KILL', 'kingfisher.service');
const property = (name: string) => site.host.property('kingfisher.service', name);

describe('runbook A on a real host', () => {
  beforeEach(() => site.restore());

  it('starts a crashed KingFisher, once', async () => {
    const starts = await site.starts(async () => {
      await kill();
      const view = await closedByHand(await site.alert());
      expect(view.outcome).toBe('healed');
    });
    expect(starts).toBe(1);
    expect(await property('ActiveState')).toBe('active');
  });

  it('restarts a hung KingFisher and says that it was stopped', async () => {
    await site.host.systemctl('kill', '--signal=STOP', 'kingfisher.service');
    const view = await closedByHand(await site.alert());
    expect(view.outcome).toBe('healed');
    expect(names(view)).toContain('ProcessStopped');
  });

  it('changes nothing on a healthy host', async () => {
    const starts = await site.starts(async () => {
      const incident = await site.alert();
      await site.untilView(incident, 'a host that is well', (view) => view.state === 'watching');
      await incident.terminate('the test has seen enough');
    });
    expect(starts).toBe(0);
  });

  it('restarts the dependencies that are down', async () => {
    const postgres = await postgresUnit();
    await site.host.systemctl('stop', postgres, 'redis-server.service');
    await kill();
    const view = await closedByHand(await site.alert());
    expect(view.outcome).toBe('healed');
    // It answers well before systemd takes its start for done.
    await waitFor(async () => (await site.host.property(postgres, 'ActiveState')) === 'active', { what: postgres });
  });

  it('leaves a masked dependency masked and names it', async () => {
    await site.host.systemctl('mask', '--now', '--runtime', 'redis-server.service');
    try {
      const view = await closedByHand(await site.alert());
      expect(view.outcome).toBe('unresolved');
      expect(names(view)).toEqual(expect.arrayContaining(['DependencyDown', 'UnitMasked']));
    } finally {
      await site.host.systemctl('unmask', '--runtime', 'redis-server.service');
      await site.host.systemctl('start', 'redis-server.service');
    }
  });

  it('frees a full disk of old temporary files and follows no link', async () => {
    await site.host.exec(['mkdir', '-p', '/srv/trap']);
    await site.host.exec(['touch', '-d', '3 days ago', '/srv/trap/precious']);
    await site.host.exec(['ln', '-sfn', '/srv/trap', `${DATA}/images/temp/trap`]);
    // dd ends with 1 when nothing more fits, which is what is wanted.
    await site.host.exec(['dd', 'if=/dev/zero', `of=${DATA}/images/temp/big.tmp`, 'bs=1M'], { check: false });
    await site.host.exec(['touch', '-d', '3 days ago', `${DATA}/images/temp/big.tmp`]);
    await kill();
    const view = await closedByHand(await site.alert());
    expect(view.outcome).toBe('healed');
    expect(names(view)).toContain('DiskFull');
    expect((await site.host.exec(['ls', '/srv/trap'])).stdout.trim()).toBe('precious');
    expect((await site.host.exec(['test', '-e', `${DATA}/images/temp/big.tmp`], { check: false })).exitCode).toBe(1);
  });

  it('restarts a KingFisher that can open nothing more, and names what it lacks', async () => {
    await site.host.exec([
      'runuser',
      '-u',
      'kingfisher',
      '--',
      'prlimit',
      '--pid',
      await property('MainPID'),
      '--nofile=8:',
    ]);
    const view = await closedByHand(await site.alert());
    expect(view.outcome).toBe('healed');
    expect(names(view)).toContain('OpenFilesExhausted');
  });

  it('names a KingFisher that runs out of memory', async () => {
    await site.changeUnit('LimitAS=300M');
    await kill();
    const view = await closedByHand(await site.alert());
    expect(view.outcome).toBe('unresolved');
    expect(names(view)).toContain('OutOfMemory');
  });

  it('names a configuration that KingFisher refuses', async () => {
    const file = '/opt/kingfisher/config/kingfisher.json';
    const { stdout: valid } = await site.host.exec(['cat', file]);
    await site.host.exec(['tee', file], { input: '{"openai":{"max_qps":"eight"}}' });
    try {
      await kill();
      const view = await closedByHand(await site.alert());
      expect(view.outcome).toBe('unresolved');
      expect(view.findings.find((finding) => finding.name === 'ConfigurationInvalid')?.detail).toContain('max_qps');
    } finally {
      await site.host.exec(['tee', file], { input: valid });
    }
  });
});

describe('crashes in the middle of the restart', () => {
  // Stopping takes long enough to strike when the restart is asked for and not yet made, and for an agent to come back.
  beforeEach(async () => {
    await site.restore();
    await site.changeUnit('ExecStop=/bin/sleep 4');
  });
  afterAll(() => site.restore());

  /** Strikes while systemd is at the restart; KingFisher must be healed by that one restart. */
  async function expectOneRestart(strike: (incident: WorkflowHandle) => Promise<void>): Promise<void> {
    const starts = await site.starts(async () => {
      await site.host.systemctl('kill', '--signal=STOP', 'kingfisher.service');
      const incident = await site.alert();
      await waitFor(async () => (await property('ActiveState')) === 'deactivating', { what: 'the restart to begin' });
      await strike(incident);
      expect((await closedByHand(incident)).outcome).toBe('healed');
    });
    expect(starts).toBe(1);
  }

  it('kill -9 of the agent after it acted and before it could say so: no second restart', async () => {
    await expectOneRestart(async () => {
      await site.host.systemctl('kill', '--signal=KILL', 'halcyon-agent.service');
    });
  });

  it('kill -9 of the agent, which is back only when it is known to be away: that restart is still its own', async () => {
    await expectOneRestart(async (incident) => {
      await site.host.systemctl('kill', '--signal=KILL', 'halcyon-agent.service');
      // Else systemd starts another one.
      await site.host.systemctl('stop', 'halcyon-agent.service');
      const isAway = (view: IncidentView) => names(view).includes('AgentUnreachable');
      await site.untilView(incident, 'an agent that is missed', isAway, 60_000);
      await site.host.startAgent();
    });
  });

  it('kill -9 of the controller during the restart: the incident goes on, no second restart', async () => {
    await expectOneRestart(async () => {
      await site.stack.controller.kill();
      await site.stack.controller.start();
    });
  });

  it('Temporal stopped during the restart and started again: the incident goes on, no second restart', async () => {
    await expectOneRestart(() => site.stack.temporal.restart());
  });
});

describe('an agent that is down', () => {
  beforeEach(() => site.restore());

  it('is AgentUnreachable, and the incident goes on when it is back', async () => {
    await site.host.systemctl('stop', 'halcyon-agent.service');
    await kill();
    const incident = await site.alert();
    await site.untilView(incident, 'AgentUnreachable', (view) => names(view).includes('AgentUnreachable'), 10_000);
    await site.host.startAgent();
    expect((await closedByHand(incident)).outcome).toBe('healed');
  });
});

async function postgresUnit(): Promise<string> {
  const { stdout } = await site.host.systemctl('list-units', '--plain', '--no-legend', 'postgresql@*.service');
  return stdout.trim().split(/\s+/)[0]!;
}
