import type { IncidentView } from '../../../src/shared/incident';
import type { Change } from '../../../src/shared/observations/change';
import type { ServiceState } from '../../../src/shared/observations/service';
import type { AgentSettings } from '../../../src/host/agent-settings';
import type { SettingState } from '../../../src/shared/safety/lease';
import { DATA, KINGFISHER, RecoverySite, cited, detailOf, names } from '../../support/sites/recovery-site';
import { settingsOf } from '../../support/scripted/host-settings';
import { closedByHand } from '../../support/incidents';
import { PERMIT } from '../../support/scripted/permit';
import { waitFor } from '../../support/wait-for';

/** A remedy never leaves the host worse: real units, jobs, ports and processes. */

const UNIT_FILE = `/etc/systemd/system/${KINGFISHER}`;
const STATE = '/run/worse-state';
const CONFIGURATION = '/opt/kingfisher/config/kingfisher.json';
/** A stop that nothing ends: the signal is one that nobody minds. */
const NEVER_STOPS = ['KillSignal=SIGWINCH', 'TimeoutStopSec=infinity'];

/** Runs one activity of the agent inside the host and prints its result, or the failure that it ended with. */
const DRIVER = `
  const [settings, name, input] = process.argv.slice(1).map((argument) => JSON.parse(argument));
  const { createHostActivities } = require('/opt/halcyon/dist/src/activities/host');
  createHostActivities(settings)[name](input).then(
    (result) => console.log(JSON.stringify({ result })),
    ({ type, message }) => console.log(JSON.stringify({ failure: { type, message } })),
  );`;

let site: RecoverySite;

beforeAll(async () => {
  site = await RecoverySite.up('worse');
  await site.exec('mkdir', '-m', '700', STATE);
});
afterAll(async () => {
  await site?.down();
});
beforeEach(() => site.lab.restore());

const invocation = () => site.lab.host.property(KINGFISHER, 'InvocationID');

function driver(settings: AgentSettings, name: string, input: object): string[] {
  const args = [settings, name, { ...input, permit: PERMIT }];
  return ['/opt/halcyon-node/bin/node', '-e', DRIVER, ...args.map((one) => JSON.stringify(one))];
}

async function call<T>(name: string, input: object, settings = settingsFor({})): Promise<T> {
  const { stdout } = await site.exec(...driver(settings, name, input));
  const { result, failure } = JSON.parse(stdout) as { result?: T; failure?: object };
  if (failure !== undefined) throw Object.assign(new Error('the activity failed'), failure);
  return result as T;
}

/** What ends the stop that nothing else ends: the job that waits behind it goes on. */
async function endByForce(): Promise<void> {
  await site.lab.host.systemctl('kill', '--signal=KILL', KINGFISHER);
}

describe('a stop that does not end', () => {
  beforeEach(() => site.lab.changeUnit(...NEVER_STOPS));
  afterEach(async () => {
    await endByForce();
    await waitFor(async () => (await site.lab.host.property(KINGFISHER, 'Job')) === '', { what: 'its job to end' });
  });

  it('is named within its deadline; its job stays and brings the service back', async () => {
    const before = await invocation();
    const restart = call('ensureRestarted', { service: 'kingfisher', seenInvocation: before });
    await expect(restart).rejects.toMatchObject({
      type: 'JobStuck',
      message: expect.stringMatching(/"restart kingfisher.service".*deactivating.*systemctl kill/) as string,
    });
    await endByForce();
    await waitFor(async () => (await invocation()) !== before && (await site.isActive(KINGFISHER)), {
      what: 'the new start',
    });
  });

  it('ends a recovery: paged at once, no file is touched, and a start is asked for behind it', async () => {
    const before = await invocation();
    const view = await site.recoverUnhealthy({ healthyWithinMs: 1_000 });
    // The process that minds no signal may answer all the while.
    expect(view.outcome).not.toBe('healed');
    expect(names(view)).toContain('JobStuck');
    expect(view.timeline.map(({ title }) => title)).toContain('People are needed now');
    expect(cited(view, 'H.3').map(({ status }) => status)).toEqual(['skipped']);
    await endByForce();
    await waitFor(async () => (await invocation()) !== before && (await site.isActive(KINGFISHER)), {
      what: 'the start behind the stop',
    });
  });
});

describe('a start that cannot work', () => {
  it.each([
    ['masked', `mv ${UNIT_FILE} /run/unit.kept; ln -s /dev/null ${UNIT_FILE}`, 'UnitMasked'],
    ['gone', `mv ${UNIT_FILE} /run/unit.kept`, 'UnitUnusable'],
  ])(
    'for its unit that is %s: a recovery and its dry run refuse, and the service runs on',
    async (_how, spoil, name) => {
      const before = await invocation();
      await site.shell(`${spoil}; systemctl daemon-reload`);
      try {
        const planned = (await (await site.start({ dryRun: true })).result()) as IncidentView;
        expect(names(planned)).toContain(name);
        const view = await site.recover();
        expect(names(view)).toContain(name);
        expect(view.timeline.filter(({ kind }) => kind === 'change')).toEqual([]);
        expect(await site.isActive(KINGFISHER)).toBe(true);
        expect(await invocation()).toBe(before);
        await expect(call('ensureStraysEnded', { graceMs: 100 })).rejects.toMatchObject({ type: name });
        await expect(call('ensureStopped', { service: 'kingfisher' })).rejects.toMatchObject({ type: name });
        expect(await invocation()).toBe(before);
      } finally {
        await site.shell(`rm -f ${UNIT_FILE}; mv /run/unit.kept ${UNIT_FILE}; systemctl daemon-reload`);
      }
    },
  );

  it('for its port that another holds: runbook A and a recovery name it and leave it alone', async () => {
    await site.lab.host.systemctl('stop', KINGFISHER);
    const hold = `require("node:net").createServer().listen(8201, "127.0.0.1")`;
    await site.exec('systemd-run', '--unit=holder', '--collect', '/opt/halcyon-node/bin/node', '-e', hold);
    try {
      await waitFor(async () => (await site.shell('ss -tlnH "sport = :8201"')) !== '', { what: 'the holder' });
      const [starts] = await site.starts(KINGFISHER);
      const view = await closedByHand(await site.lab.alert());
      expect(detailOf(view, 'PortTaken')).toContain('8201');
      expect(view.approvals).toEqual([]);
      expect(names(await site.recover())).toContain('PortTaken');
      expect(await site.starts(KINGFISHER)).toEqual([starts]);
    } finally {
      await site.lab.host.systemctl('stop', 'holder.service');
    }
  });

  it('for its configuration: one that runs is not ended', async () => {
    const before = await invocation();
    await site.shell(`cp ${CONFIGURATION} /run/config.kept; echo '{' > ${CONFIGURATION}`);
    try {
      const view = await site.recover();
      expect(names(view)).toContain('ConfigurationInvalid');
      expect(view.timeline.filter(({ kind }) => kind === 'change')).toEqual([]);
      expect(await invocation()).toBe(before);
    } finally {
      await site.shell(`cat /run/config.kept > ${CONFIGURATION}`);
    }
  });
});

it('a reload that ends the process is seen, and mended', async () => {
  await site.lab.changeUnit('ExecReload=/bin/kill -HUP $MAINPID');
  const before = await invocation();
  const wish = { setting: 'openai.max_qps', expected: 8, value: 4 };
  await site.shell(`sed -i 's/"max_qps": *[0-9]*/"max_qps": 8/' ${CONFIGURATION}`);
  const change = await call<Change<SettingState>>('ensureSetting', wish);
  expect(change).toMatchObject({ changed: true, after: { value: 4 } });
  expect(change.notes.join()).toContain('the reload FAILED');
  expect(await site.isActive(KINGFISHER)).toBe(true);
  expect(await invocation()).not.toBe(before);
  await site.shell(`sed -i 's/"max_qps": *[0-9]*/"max_qps": 8/' ${CONFIGURATION}`);
});

it('a service of the process manager outlives the agent that started it', async () => {
  const settings = settingsFor({
    type: 'process',
    command: ['/bin/sleep', '86399.5'],
    cwd: '/',
    user: 'kingfisher',
    logFile: '/var/log/kingfisher/manual.log',
    pidFile: '/run/manual.pid',
    env: {},
  });
  const ask = driver(settings, 'ensureStarted', { service: 'kingfisher' });
  // As the agent's own unit: what is left in its control group is killed when it ends.
  await site.exec('systemd-run', '--wait', '--unit=doomed', '--collect', ...ask);
  const state = await call<ServiceState>('observeService', { service: 'kingfisher' }, settings);
  try {
    expect(state).toMatchObject({ active: 'active', manager: 'process' });
    expect(await site.shell(`cat /proc/${state.mainPid}/cgroup`)).toContain('halcyon-kingfisher-');
    expect(await site.shell(`stat -c %U /proc/${state.mainPid}`)).toBe('kingfisher');
  } finally {
    const { after } = await call<Change<ServiceState>>('ensureStopped', { service: 'kingfisher' }, settings);
    expect(after).toMatchObject({ active: 'inactive' });
  }
});

it('a recovery that is cancelled in the middle starts KingFisher only when the work on its files has ended', async () => {
  await site.shell(`cd ${DATA}/temp && seq -f 'old-%g.tmp' 20000 | xargs touch -d '3 days ago'`);
  const handle = await site.start({ onlyUnhealthy: true });
  const isAtWork = (view: IncidentView) =>
    view.timeline.some(({ cite, status }) => cite === 'H.4' && status === 'running');
  await site.lab.untilView(handle, 'temporary files to be cleared', isAtWork, 60_000);
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow();
  expect(await site.isActive(KINGFISHER)).toBe(true);
  const changes = await site.lab.host.journal('halcyon-agent.service', 200);
  const at = (activity: string, phase: string) =>
    changes
      .split('\n')
      .findLastIndex((line) => line.includes(`"activity":"${activity}"`) && line.includes(`"phase":"${phase}"`));
  expect(at('ensureTemporaryFilesCleared', 'end')).toBeGreaterThan(-1);
  expect(at('ensureStarted', 'begin')).toBeGreaterThan(at('ensureTemporaryFilesCleared', 'end'));
  await site.shell(`find ${DATA}/temp -name 'old-*.tmp' -delete`);
});

/** The lab's own agent, as far as these tests need it. */
function settingsFor(manager: Partial<AgentSettings['kingfisher']['manager']>): AgentSettings {
  return settingsOf({
    host: 'worse',
    // Not the agent's own: no token was ever seen here.
    stateDir: STATE,
    kingfisher: {
      manager: { type: 'systemd', unit: KINGFISHER, ...manager } as AgentSettings['kingfisher']['manager'],
      installDir: '/opt/kingfisher',
      dataDir: DATA,
      tempFilesLimit: 100,
    },
    settings: {
      'openai.max_qps': {
        format: 'json',
        file: CONFIGURATION,
        path: ['openai', 'max_qps'],
        min: 1,
        max: 8,
        apply: 'reload',
      },
    },
  });
}
