import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { ensureStarted, ensureStopped } from '../../../../src/activities/host/service/stop';
import { ProcessManager } from '../../../../src/host/services/process-manager';
import { createRedactor } from '../../../../src/host/redact';
import type { ServiceManager } from '../../../../src/host/services/service-manager';
import { SystemdManager } from '../../../../src/host/services/systemd';
import type { CommandResult } from '../../../../src/host/programs/commands';
import { waitFor } from '../../../support/wait-for';
import { createManualService } from '../../host/support/manual-service';
import type { ManualService } from '../../host/support/manual-service';
import { useTempFolder } from '../../host/support/temp-folder';

const attempt = (number = 1) => ({ wasBegun: number > 1, signal: new AbortController().signal });

describe('a service under the process manager', () => {
  const folder = useTempFolder();
  let service: ManualService;
  let manager: ServiceManager;

  /** A manager that remembers nothing, as after the agent's own restart. */
  const newAgent = () =>
    new ProcessManager({ service: 'kingfisher', settings: service.settings, port: service.port }, createRedactor([]));

  beforeEach(async () => {
    service = await createManualService(folder.path());
    manager = newAgent();
  });
  afterEach(async () => await service.destroy());

  async function started(): Promise<number> {
    const { after } = await ensureStarted(manager, attempt());
    await waitFor(() => service.starts().includes(after.mainPid!), { what: 'the service to listen' });
    return after.mainPid!;
  }

  it('is stopped once: it ends in order, and nothing is left of it', async () => {
    const pid = await started();
    const change = await ensureStopped(manager, attempt());
    expect(change).toMatchObject({ changed: true, before: { mainPid: pid }, after: { active: 'inactive' }, notes: [] });
    expect(service.terms()).toEqual([pid]);
    expect(await service.alive()).toEqual([]);
    expect(existsSync(service.settings.pidFile)).toBe(false);
    expect(await ensureStopped(manager, attempt())).toMatchObject({ changed: false });
  });

  it('is stopped by a retry, whatever the killed attempt left: process, or pid file', async () => {
    const pid = await started();
    rmSync(service.settings.pidFile);
    expect(await ensureStopped(newAgent(), attempt(2))).toMatchObject({ changed: true, before: { mainPid: pid } });
    expect(await service.alive()).toEqual([]);
    writeFileSync(service.settings.pidFile, `${pid}\n1\n`);
    const again = await ensureStopped(newAgent(), attempt(2));
    expect(again).toMatchObject({ changed: true, notes: ['already stopped by an earlier attempt of this step'] });
  });

  it('is started once, also when the attempt that did it died before or after its pid file', async () => {
    const pid = await started();
    expect(await ensureStarted(newAgent(), attempt())).toMatchObject({ changed: false, after: { mainPid: pid } });
    rmSync(service.settings.pidFile);
    const retry = await ensureStarted(newAgent(), attempt(2));
    expect(retry).toMatchObject({ changed: true, after: { mainPid: pid } });
    expect(service.starts()).toEqual([pid]);
  });
});

describe('a unit under systemd', () => {
  const RESULT = { exitCode: 0, signal: null, timedOut: false, truncated: false, stderr: '', durationMs: 1 } as const;

  /** systemctl over states that follow each other, one a look; the last one stays. `on` a verb, others take over. */
  function systemctl(looks: string[], on: Record<string, string[]> = {}) {
    const verbs: string[] = [];
    const run = async ({ args }: { args: string[] }): Promise<CommandResult> => {
      const verb = args[0]!;
      if (verb !== 'show') {
        verbs.push(args.join(' '));
        looks = on[verb] ?? looks;
        return { ...RESULT, stdout: '' };
      }
      const [load, active, job] = (looks.length > 1 ? looks.shift()! : looks[0]!).split(' ');
      return { ...RESULT, stdout: `LoadState=${load}\nActiveState=${active}\nJob=${job ?? ''}\nInvocationID=a\n` };
    };
    return { manager: new SystemdManager({ service: 'kingfisher', unit: 'k.service' }, run), verbs };
  }

  it('is asked to stop, and waited for until nothing is left to do', async () => {
    const stopping = ['loaded deactivating 7', 'loaded inactive 7', 'loaded inactive'];
    const { manager, verbs } = systemctl(['loaded active'], { stop: stopping });
    const change = await ensureStopped(manager, attempt());
    expect(change).toMatchObject({ changed: true, after: { active: 'inactive', jobPending: false } });
    expect(verbs).toEqual(['stop --no-block --no-ask-password -- k.service']);
  });

  it.each([
    ['waits to be restarted', 'loaded activating'],
    ['is starting', 'loaded activating 8'],
    ['waits for its start', 'loaded inactive 8'],
  ])('is stopped when it %s', async (_when, state) => {
    const { manager, verbs } = systemctl([state], { stop: ['loaded inactive'] });
    expect(await ensureStopped(manager, attempt())).toMatchObject({ changed: true });
    expect(verbs).toHaveLength(1);
  });

  it.each([
    ['is masked', 'masked', 'UnitMasked'],
    ['lost its file', 'not-found', 'UnitUnusable'],
    ['has a file that cannot be read', 'bad-setting', 'UnitUnusable'],
  ])('is left running when it %s: nothing could start it again', async (_when, load, failure) => {
    const { manager, verbs } = systemctl([`${load} active`]);
    await expect(ensureStopped(manager, attempt())).rejects.toMatchObject({ failure });
    expect(verbs).toEqual([]);
  });

  it.each(['loaded inactive', 'loaded failed', 'masked inactive', 'not-found inactive'])(
    'is left alone when it is %s',
    async (state) => {
      const { manager, verbs } = systemctl([state]);
      expect(await ensureStopped(manager, attempt())).toMatchObject({ changed: false });
      expect(verbs).toEqual([]);
    },
  );

  it('is started, once nobody else is at it', async () => {
    const { manager, verbs } = systemctl(['loaded inactive 7', 'loaded inactive'], { start: ['loaded active'] });
    const change = await ensureStarted(manager, attempt());
    expect(change).toMatchObject({ changed: true, before: { active: 'inactive' }, after: { active: 'active' } });
    expect(verbs.at(-1)).toBe('start --no-block --no-ask-password -- k.service');
  });

  it('has its start asked for while it still ends, so that it follows', async () => {
    const after = ['loaded deactivating 8', 'loaded active'];
    const { manager, verbs } = systemctl(['loaded deactivating 7'], { start: after });
    const change = await ensureStarted(manager, attempt());
    expect(change).toMatchObject({ changed: true, before: { active: 'deactivating' }, after: { active: 'active' } });
    expect(verbs.at(-1)).toBe('start --no-block --no-ask-password -- k.service');
  });

  it('is not started again when it runs by the time that its job is done', async () => {
    const { manager, verbs } = systemctl(['loaded activating 7', 'loaded active']);
    expect(await ensureStarted(manager, attempt(2))).toMatchObject({ changed: true, after: { active: 'active' } });
    expect(verbs).toEqual([]);
  });

  it.each([
    ['masked inactive', 'UnitMasked'],
    ['bad-setting inactive', 'UnitUnusable'],
    ['not-found inactive', 'UnitUnusable'],
  ])('is not started when it is %s', async (state, failure) => {
    const { manager, verbs } = systemctl([state]);
    await expect(ensureStarted(manager, attempt())).rejects.toMatchObject({ failure });
    expect(verbs).toEqual([]);
  });

  it('that fails as soon as it starts is not running, and named', async () => {
    const { manager } = systemctl(['loaded inactive'], { start: ['loaded failed'] });
    const failure = ensureStarted(manager, attempt());
    await expect(failure).rejects.toMatchObject({ failure: 'NotInDesiredState' });
    await expect(failure).rejects.toThrow('systemctl status k.service');
  });
});
