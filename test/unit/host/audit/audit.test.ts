import { chmod, mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { findLooseFiles } from '../../../../src/host/audit/files';
import { auditLeftBehind } from '../../../../src/host/audit/left-behind';
import { auditPorts } from '../../../../src/host/audit/ports';
import { auditUsers } from '../../../../src/host/audit/users';
import { createChangedSettings } from '../../../../src/host/ledger/changed-settings';
import { readListeners } from '../../../../src/host/processes/listeners';
import type { CommandResult } from '../../../../src/host/programs/commands';
import { useTempFolder } from '../support/temp-folder';

const DAY_MS = 86_400_000;
const folder = useTempFolder();
const { signal } = new AbortController();

describe('ports', () => {
  const servers: net.Server[] = [];
  afterEach(() => servers.splice(0).forEach((server) => server.close()));

  async function listen(host: string): Promise<number> {
    const server = net.createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return (server.address() as AddressInfo).port;
  }

  it('that listen beyond the loopback and are not expected are findings, with their process', async () => {
    const [open, local] = [await listen('0.0.0.0'), await listen('127.0.0.1')];
    const found = (await auditPorts([])).findings.filter((text) => text.includes(`pid ${process.pid})`));
    expect(found).toEqual([expect.stringMatching(new RegExp(`^0.0.0.0:${open} listens, by .+, and is not expected$`))]);
    expect(found.join()).not.toContain(String(local));
    expect((await auditPorts([open])).findings.join()).not.toContain(`:${open} `);
  });

  it('are listed and not judged where nothing is expected', async () => {
    const open = await listen('0.0.0.0');
    const { findings, seen, notLooked } = await auditPorts(null);
    expect(findings).toEqual([]);
    expect(seen).toContain(`0.0.0.0:${open}`);
    expect(notLooked).toEqual(['agent.maintenance.audit.ports is not set']);
  });

  it('of IPv6 are read too', async () => {
    if (!Object.values(networkInterfaces()).some((all) => all?.some(({ family }) => family === 'IPv6'))) return;
    const port = await listen('::1');
    expect(await readListeners()).toContainEqual(
      expect.objectContaining({ address: `[::1]:${port}`, port, isLoopback: true }),
    );
  });
});

describe('files', () => {
  const names = { users: new Map<number, string>(), groups: new Map<number, string>() };

  it('that everybody may write to, or that run as their owner, are found; links and what is left out are not', async () => {
    await mkdir(folder.path('app/data'), { recursive: true });
    await mkdir(folder.path('app/left-out'));
    for (const name of ['good', 'loose', 'program', 'left-out/loose']) await writeFile(folder.path('app', name), '1');
    await chmod(folder.path('app/loose'), 0o666);
    await chmod(folder.path('app/program'), 0o4755);
    await chmod(folder.path('app/left-out/loose'), 0o666);
    await chmod(folder.path('app/data'), 0o777);
    await symlink('good', folder.path('app/link'));
    const leftOut = [folder.path('app/left-out')];
    const { found, entries, dropped } = await findLooseFiles(folder.path('app'), { names, leftOut, atMost: 10 });
    expect(found.map(({ text }) => text.replace(/: \d+:\d+ /, ': '))).toEqual([
      expect.stringMatching(/app\/loose: 0666: everybody may write to it$/),
      expect.stringMatching(/app\/program: 4755: it runs as its owner/),
      expect.stringMatching(/app\/data: 0777: everybody/),
    ]);
    expect([entries, dropped]).toEqual([6, 0]);
    expect(await findLooseFiles(folder.path('app'), { names, leftOut, atMost: 1 })).toMatchObject({ dropped: 2 });
  });

  it('of a folder that is missing are none', async () => {
    const looked = await findLooseFiles(folder.path('gone'), { names, leftOut: [], atMost: 10 });
    expect(looked).toEqual({ entries: 0, found: [], dropped: 0 });
  });
});

describe('users', () => {
  const PASSWD = [
    'root:x:0:0::/root:/bin/bash',
    'toor:x:0:0::/root:/usr/sbin/nologin',
    'anna:x:1000:1000::/home/anna:/bin/bash',
    'eve:x:1001:1001::/home/eve:/bin/sh',
    'daemon:x:1:1::/:/usr/sbin/nologin',
    '',
  ].join('\n');

  async function etc(): Promise<string> {
    await mkdir(folder.path('etc/sudoers.d'), { recursive: true });
    await writeFile(folder.path('etc/passwd'), PASSWD);
    await writeFile(folder.path('etc/shadow'), 'root:*:1:::::\neve::1:::::\n');
    for (const [name, days] of [
      ['old', 100],
      ['new', 1],
    ] as const) {
      const file = folder.path('etc/sudoers.d', name);
      await writeFile(file, 'eve ALL=(ALL) NOPASSWD: ALL\n', { mode: 0o440 });
      await utimes(file, new Date(), new Date(Date.now() - days * DAY_MS));
    }
    return folder.path('etc');
  }

  it('that are not expected, root by another name, without a password, and a new rule of sudo are findings', async () => {
    const { findings, unknown, notLooked } = await auditUsers(['anna'], await etc());
    expect([unknown, notLooked]).toEqual([[], []]);
    const own = process.geteuid?.() === 0 ? [] : [expect.stringContaining('belongs to uid')];
    expect(findings).toEqual([
      'toor is root by another name (uid 0)',
      'eve may log in, and is not expected',
      'eve has no password',
      expect.stringMatching(/sudoers\.d\/new was changed on \d{4}-\d\d-\d\d: look who may do what$/),
      ...own,
      ...own,
    ]);
  });

  it('are listed and not judged where nobody is expected; what cannot be read is named', async () => {
    const place = await etc();
    await writeFile(folder.path('etc/sudoers'), 'x', { mode: 0o666 });
    await chmod(folder.path('etc/sudoers'), 0o666);
    const { notLooked, findings } = await auditUsers(null, place);
    expect(notLooked).toEqual(['agent.maintenance.audit.users is not set; root, anna, eve may log in']);
    expect(findings).toContain(`${place}/sudoers may be written by others than root`);
    const nothing = await auditUsers([], folder.path('nowhere'));
    expect(nothing.unknown).toEqual([
      expect.stringMatching(/^passwd: .*ENOENT/),
      expect.stringMatching(/^shadow: .*ENOENT/),
    ]);
  });
});

describe('what is left behind', () => {
  const now = Date.now();
  const listing = (elem: unknown[]) => JSON.stringify({ nftables: [{ set: { name: 'blocked4', elem } }] });
  const said = (stdout: string, exitCode = 0): CommandResult => ({
    ...{ exitCode, signal: null, timedOut: false, truncated: false, stdout, stderr: exitCode === 0 ? '' : 'broken' },
    durationMs: 1,
  });

  async function ledgerOf(changes: [setting: string, daysAgo: number, endsInMs?: number][]) {
    let clock = now;
    const settings = createChangedSettings({ stateDir: folder.path('state'), now: () => clock });
    await settings.prepare();
    for (const [setting, daysAgo, endsInMs] of changes) {
      clock = now - daysAgo * DAY_MS;
      const found = { evidence: 'present', value: 'a', version: '1', detail: '' } as const;
      await settings.begin(found, { setting, value: 'b' });
      await settings.written(setting, { ...found, value: 'b', ...(endsInMs === undefined ? {} : { endsInMs }) });
    }
    return { settings };
  }

  it('is a change that should have ended or is forgotten, and a block that nobody knows', async () => {
    const ledger = await ledgerOf([
      ['openai.max_qps', 20],
      ['automation.paused', 1],
      ['blockedAddress:203.0.113.9', 2, DAY_MS],
      ['blockedAddress:203.0.113.8', 0, DAY_MS],
    ]);
    const elements = [
      { elem: { val: '203.0.113.8', expires: 60 } },
      { elem: { val: '198.51.100.7', expires: 60 } },
      '192.0.2.1',
    ];
    await writeFile(folder.path('paused'), 'somebody works here');
    const where = { ledger, blocks: true, pauseFile: folder.path('paused'), signal, now };
    const { findings, unknown, seen } = await auditLeftBehind({ ...where, run: async () => said(listing(elements)) });
    expect(findings).toEqual([
      expect.stringMatching(/^openai.max_qps is changed by Halcyon since /),
      expect.stringMatching(/^blockedAddress:203.0.113.9 was to end on /),
      '198.51.100.7 is blocked, and the ledger does not know why',
      '192.0.2.1 is blocked for good: Halcyon blocks nobody so',
      expect.stringMatching(/paused pauses this host since /),
    ]);
    expect([unknown, seen]).toEqual([[], '4 settings in the ledger, 3 addresses blocked']);
  });

  it('is not known where nft does not say, and nft is not asked where no setting blocks', async () => {
    const where = { ledger: await ledgerOf([]), pauseFile: folder.path('none'), signal, now };
    const run = async () => said('', 1);
    const looked = await auditLeftBehind({ ...where, run, blocks: true });
    expect(looked.unknown).toEqual(['nftables: nft could not list its table: broken']);
    expect(await auditLeftBehind({ ...where, run, blocks: false })).toMatchObject({ findings: [], unknown: [] });
  });
});
