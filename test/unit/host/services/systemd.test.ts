import { parseUnit } from '../../../../src/host/services/systemd';

const unit = { service: 'kingfisher', unit: 'kingfisher.service' } as const;
const now = new Date('2026-01-01T00:00:00Z');

/** As systemd 252 prints it. */
const RUNNING = `MainPID=281
Result=success
NRestarts=2
ExecMainStartTimestamp=Mon 2026-11-23 21:43:09.889661 UTC
ExecMainCode=0
ExecMainStatus=0
LoadState=loaded
ActiveState=active
SubState=running
ActiveEnterTimestamp=Mon 2026-11-23 21:43:09.889737 UTC
Job=
InvocationID=8ab12509868244409d54b3ec65592ec0
`;

describe('parseUnit', () => {
  it('reads a running unit', () => {
    expect(parseUnit(unit, RUNNING, now)).toEqual({
      service: 'kingfisher',
      manager: 'systemd',
      unit: 'kingfisher.service',
      load: 'loaded',
      active: 'active',
      sub: 'running',
      result: 'success',
      exitStatus: null,
      invocation: '8ab12509868244409d54b3ec65592ec0',
      startedAt: '2026-11-23T21:43:09.889Z',
      mainPid: 281,
      restarts: 2,
      jobPending: false,
      observedAt: '2026-01-01T00:00:00.000Z',
    });
  });

  it('reads one that failed, with a job waiting', () => {
    const failed = RUNNING.replace('=active', '=failed')
      .replace('=success', '=exit-code')
      .replace('ExecMainCode=0', 'ExecMainCode=1')
      .replace('ExecMainStatus=0', 'ExecMainStatus=78')
      .replace('Job=', 'Job=412')
      .replace('MainPID=281', 'MainPID=0');
    expect(parseUnit(unit, failed, now)).toMatchObject({
      active: 'failed',
      result: 'exit-code',
      exitStatus: 78,
      jobPending: true,
      mainPid: null,
    });
  });

  it('reads one that never ran or does not exist', () => {
    const missing = 'LoadState=not-found\nActiveState=inactive\nExecMainStartTimestamp=\nInvocationID=\nJob=0\n';
    expect(parseUnit(unit, missing, now)).toMatchObject({
      load: 'not-found',
      active: 'inactive',
      invocation: '',
      startedAt: null,
      jobPending: false,
    });
  });

  it('never takes an unknown state for a good one', () => {
    const odd = RUNNING.replace('LoadState=loaded', 'LoadState=merged').replace('=active', '=maintenance');
    expect(parseUnit(unit, odd, now)).toMatchObject({ load: 'error', active: 'activating' });
    expect(() => parseUnit(unit, 'nonsense', now)).toThrow('LoadState');
  });
});
