import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cpuShares, parseCpuTimes } from '../../../../src/host/load/cpu-times';
import { busyDisks, parseDiskTimes } from '../../../../src/host/load/disk-times';
import { readLoad, usersOf } from '../../../../src/host/load/load';
import { busyPids } from '../../../../src/host/load/process-times';
import { pressureOf } from '../../../../src/host/load/pressure';
import { useTempFolder } from '../support/temp-folder';

const folder = useTempFolder();
const { signal } = new AbortController();

describe('CPU time', () => {
  const stat = (ticks: string) => `cpu  ${ticks}\ncpu0 1 2 3 4\ncpu1 1 2 3 4\nintr 99\n`;
  const times = (ticks: string) => parseCpuTimes(stat(ticks))!;

  it('is told as shares of what passed between two readings', () => {
    const first = times('100 0 100 1000 50 0 0 0 0 0');
    expect(first).toMatchObject({ cpus: 2, total: 1250 });
    // 70 user, 10 idle, 10 iowait, 10 steal.
    expect(cpuShares(first, times('170 0 100 1010 60 0 0 10 70 0'))).toEqual({ busy: 80, iowait: 10, steal: 10 });
  });

  it('says nothing where none passed, and never less than nothing where a counter goes back', () => {
    const first = times('100 0 100 1000 50 0 0 0');
    expect(cpuShares(first, first)).toBeUndefined();
    expect(cpuShares(first, times('200 0 100 1000 40 0 0 0'))).toMatchObject({ iowait: 0, busy: 100 });
  });

  it('is not known from what is no /proc/stat', () => {
    expect(parseCpuTimes('')).toBeUndefined();
    expect(parseCpuTimes('cpu  1 2 x 4 5\n')).toBeUndefined();
    expect(parseCpuTimes('cpu  1 2\n')).toBeUndefined();
  });
});

describe('disks', () => {
  const line = (device: string, [reads, readMs, writes, writeMs, busyMs]: number[]) =>
    `   8       0 ${device} ${reads} 0 0 ${readMs} ${writes} 0 0 ${writeMs} 0 ${busyMs} 0 0 0 0`;
  const read = (...lines: string[]) => parseDiskTimes(lines.join('\n'));

  it('are busy for their part of the window, and let each request wait; parts of disks and memory are none', () => {
    const first = read(line('sda', [100, 50, 100, 50, 1_000]), line('sdb', [0, 0, 0, 0, 0]));
    const second = read(
      line('sda', [110, 150, 110, 250, 1_900]),
      line('sda1', [110, 150, 110, 250, 1_900]),
      line('sdb', [0, 0, 0, 0, 0]),
      line('loop0', [9, 9, 9, 9, 999]),
      line('sdc', [1, 1, 1, 1, 999]),
    );
    const disks = busyDisks(first, second, 1_000, (device) => device !== 'sda1');
    expect(disks).toEqual([
      { device: 'sda', busyPercent: 90, waitMs: 15 },
      { device: 'sdb', busyPercent: 0, waitMs: 0 },
    ]);
  });

  it('of an older kernel, or of anything else, are left out', () => {
    expect(read('8 1 sda1 1 2 3 4', 'nonsense', '').size).toBe(0);
  });
});

it('processes are told by what they used in the window, a later one of the same pid by all that it used', () => {
  const time = (ticks: number, startTime = '1') => ({ ticks, startTime });
  const first = new Map([
    [1, time(500)],
    [2, time(10)],
    [3, time(900)],
  ]);
  const second = new Map([
    [1, time(500)],
    [2, time(40)],
    [3, time(70, '2')],
    [4, time(5)],
  ]);
  expect(busyPids(first, second)).toEqual([
    { pid: 3, ticks: 70 },
    { pid: 2, ticks: 30 },
    { pid: 4, ticks: 5 },
  ]);
});

it('pressure is the part of the window, and null where the kernel does not say', () => {
  const first = { cpu: 1_000_000, io: null, memory: 5 };
  const second = { cpu: 1_500_000, io: 7, memory: 5 };
  expect(pressureOf(first, second, 1_000)).toEqual({ cpu: 50, io: null, memory: 0 });
});

describe('a window of load', () => {
  it('sees the process of this machine that is busy', async () => {
    const end = performance.now() + 300;
    const window = readLoad(200, signal);
    await new Promise<void>((resolve) => {
      const burn = () => {
        const until = performance.now() + 20;
        while (performance.now() < until) Math.sqrt(until);
        if (performance.now() < end) setImmediate(burn);
        else resolve();
      };
      burn();
    });
    const load = await window;
    expect(load.cpus).toBeGreaterThan(0);
    expect(load.shares!.busy).toBeGreaterThan(0);
    expect(load.pids.map(({ pid }) => pid)).toContain(process.pid);
    const whole = load.pids.reduce((sum, { part }) => sum + part, 0);
    expect(whole).toBeGreaterThan(0);
    expect(whole).toBeLessThanOrEqual(1.001);
  });

  it('has a part for what no process of the two readings used', () => {
    const reading = (user: number, own: number) => ({
      cpu: parseCpuTimes(`cpu  ${user} 0 0 100 0 0 0 0\ncpu0 1 2 3 4\n`),
      processes: new Map([[7, { ticks: own, startTime: '1' }]]),
    });
    expect(usersOf(reading(100, 10), reading(200, 35))).toEqual([{ pid: 7, part: 0.25, cpuPercent: 25 }]);
  });

  it('is not known where there is nothing to read, and no good load', async () => {
    const load = await readLoad(1, signal, {
      proc: path.join(folder.path(), 'proc'),
      sys: path.join(folder.path(), 'sys'),
    });
    expect(load).toMatchObject({ shares: undefined, disks: null, pids: [], cpus: 0 });
    expect(load.pressure).toEqual({ cpu: null, io: null, memory: null });
  });

  it('reads pressure where the kernel has it', async () => {
    const proc = path.join(folder.path(), 'proc');
    mkdirSync(path.join(proc, 'pressure'), { recursive: true });
    writeFileSync(path.join(proc, 'pressure/cpu'), 'some avg10=1.00 avg60=0.50 avg300=0.10 total=123456\n');
    writeFileSync(path.join(proc, 'pressure/io'), 'nonsense\n');
    expect((await readLoad(1, signal, { proc })).pressure).toEqual({ cpu: 0, io: null, memory: null });
  });

  it('ends when it is called off', async () => {
    const controller = new AbortController();
    const window = readLoad(60_000, controller.signal);
    controller.abort(new Error('called off'));
    await expect(window).rejects.toThrow('called off');
  });
});
