import type { CommandResult } from '../../../../src/host/programs/commands';
import { endOfOwnUnit, startInOwnUnit } from '../../../../src/host/services/own-unit';

const RESULT = { exitCode: 0, signal: null, timedOut: false, truncated: false, stderr: '', durationMs: 1 } as const;
const SETTINGS = { command: ['/bin/service', '--cost=$5'], user: 'kingfisher', env: { PORT: '8201' } };

function systemd(shown: string, ran: Partial<CommandResult> = {}) {
  const asked: string[][] = [];
  const run = async ({ program, args }: { program: string; args: string[] }): Promise<CommandResult> => {
    if (program.endsWith('systemd-run')) {
      asked.push(args);
      return { ...RESULT, stdout: '', ...ran };
    }
    return { ...RESULT, stdout: shown };
  };
  return { run, asked };
}

describe('a service in a unit of its own', () => {
  it('gets its user, folder, environment and log, and its arguments as they are', async () => {
    const { run, asked } = systemd('ExecMainPID=77\nExecMainCode=0\nExecMainStatus=0\n');
    const own = await startInOwnUnit(SETTINGS, { cwd: '/srv', logFd: 9 }, run);
    expect(own).toEqual({ unit: expect.stringMatching(/^halcyon-kingfisher-\w{8}\.service$/) as string, pid: 77 });
    const args = asked[0]!;
    expect(args).toEqual(
      expect.arrayContaining([
        '--uid=kingfisher',
        '--working-directory=/srv',
        '--setenv=PORT=8201',
        '--service-type=exec',
      ]),
    );
    expect(args).toContain(`--property=StandardOutput=append:/proc/${process.pid}/fd/9`);
    expect(args.slice(args.indexOf('--'))).toEqual(['--', '/bin/service', '--cost=$$5']);
  });

  it('is not had where systemd refuses', async () => {
    const { run } = systemd('ExecMainPID=0\n', { exitCode: 1 });
    await expect(startInOwnUnit(SETTINGS, { cwd: '/srv', logFd: 9 }, run)).resolves.toBeUndefined();
  });

  it('may have been started where systemd does not answer: it is not started twice', async () => {
    const { run } = systemd('', { exitCode: null, timedOut: true });
    const start = startInOwnUnit(SETTINGS, { cwd: '/srv', logFd: 9 }, run);
    await expect(start).rejects.toMatchObject({ failure: 'NotInDesiredState' });
  });

  it.each([
    ['ExecMainCode=0\nExecMainStatus=0\n', undefined],
    ['ExecMainCode=1\nExecMainStatus=78\n', { exitCode: 78, isSignal: false }],
    ['ExecMainCode=2\nExecMainStatus=9\n', { exitCode: null, isSignal: true }],
    ['', undefined],
  ])('tells how it ended from %j', async (shown, end) => {
    expect(await endOfOwnUnit('halcyon-kingfisher-1.service', systemd(shown).run)).toEqual(end);
  });
});
