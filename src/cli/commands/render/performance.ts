import type { LoadState } from '../../../shared/observations/latency/load';
import { size } from '../../../shared/text/sizes';
import { formatMoment } from '../../support/moment';
import { table } from '../../support/table';
import { section } from './sections';

const COLUMNS = [
  'UTC     ',
  ' CPU %',
  'IOWAIT',
  ' STEAL',
  '  LOAD',
  'MEMORY FREE',
  'STALLED % cpu/io/mem',
  'BUSIEST DISK',
];

/** What is the same in each round, and the heads of its columns. */
export function headLine(host: string, { cpus, windowMs, memory, observedAt }: LoadState): string[] {
  const seconds = Math.round(windowMs / 1_000);
  return [
    `${host}: performance, ${formatMoment(observedAt)}, ${cpus} CPUs, ${size(memory.totalBytes)} of memory, ${seconds} s a round  [iostat -x 1 5, sar -u 1 5, free -h]`,
    '',
    COLUMNS.join('  '),
  ];
}

/** One round. */
export function roundLine(load: LoadState): string {
  const { cpuPercent, iowaitPercent, stealPercent, load1, memory, pressure, busy, observedAt } = load;
  const [disk] = busy ?? [];
  const stalled = [pressure.cpu, pressure.io, pressure.memory].map((one) => (one === null ? '?' : one.toFixed(0)));
  const cells = [
    observedAt.slice(11, 19),
    share(cpuPercent),
    share(iowaitPercent),
    share(stealPercent),
    load1.toFixed(2),
    size(memory.availableBytes),
    stalled.join('/'),
  ];
  const padded = cells.map((cell, at) => cell.padStart(COLUMNS[at]!.length));
  const busiest = disk === undefined ? '-' : `${disk.device} ${disk.busyPercent} % busy, ${disk.waitMs} ms`;
  return [...padded, busiest].join('  ');
}

/** Who used the most in the last round, and how full the disks are. */
export function closingLines({ processes, disks, ownPercent }: LoadState): string[] {
  const own = ownPercent === null ? '' : `, KingFisher ${ownPercent} % of what was used`;
  const rows = processes.map(({ pid, user, cpuPercent, rssBytes, command, isOwn }) => [
    `${cpuPercent} %`,
    size(rssBytes),
    String(pid),
    user,
    `${isOwn ? '* ' : '  '}${command}`,
  ]);
  return [
    ...section(
      `Busiest processes of the last round${own}`,
      'ps aux',
      rows.length === 0 ? ['none used CPU'] : table(rows),
    ),
    ...section(
      'File systems',
      'df -h',
      table(
        disks.map(({ mount, path, usedPercent, availableBytes, readOnly, full }) => [
          mount === '' ? path : mount,
          `${usedPercent} % used`,
          `${size(availableBytes)} free`,
          [...(full ? ['FULL'] : []), ...(readOnly ? ['read-only'] : [])].join(', '),
        ]),
      ),
    ),
  ];
}

function share(value: number | null): string {
  return value === null ? '?' : value.toFixed(1);
}
