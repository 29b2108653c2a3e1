/** Breaks a lab host in the ways of the schedule, and mends it again as a person would. */
import type { LabHost } from '../lab-host';
import type { OwnWork } from './record';
import type { Dependency, FaultName } from './schedule';

export const KINGFISHER = 'kingfisher.service';
const CONFIG = '/opt/kingfisher/config/kingfisher.json';
const UNIT_FILE = `/etc/systemd/system/${KINGFISHER}`;
const DATA = '/opt/kingfisher/data';
const DROP_IN = 'soak.conf';
/** Counts for some seconds; Redis answers nobody else meanwhile. */
const BUSY_SCRIPT = 'for i = 1, 400000000 do end return 1';

interface Fault {
  begin(dependency: Dependency, forMs: number): Promise<unknown>;
  /** What a person does in the end; absent where the fault is over by itself, or is Halcyon's to mend. */
  mend?(dependency: Dependency): Promise<unknown>;
}

export class HostFaults {
  /** Stretches of the soak's own work on units. */
  readonly ownWork: OwnWork[] = [];
  private readonly faults: Record<FaultName, Fault>;

  constructor(
    private readonly host: LabHost,
    units: Record<Dependency, string>,
  ) {
    const shell = (script: string) => this.shell(script);
    this.faults = {
      crash: { begin: () => this.kill('KILL') },
      exit: { begin: () => this.kill('TERM') },
      hang: { begin: () => this.kill('STOP') },
      diskFull: {
        begin: async () => {
          await shell(`cd ${DATA}/temp && fallocate -l $(($(stat -f -c '%a * %S' .) - 1048576)) soak-old
            dd if=/dev/zero of=soak-old-2 bs=64k 2>/dev/null || true; touch -d '3 days ago' soak-*; chown kingfisher: soak-*`);
          await this.kill('KILL');
        },
        mend: () => shell(`rm -f ${DATA}/temp/soak-*`),
      },
      dependencyStopped: {
        begin: (dependency) => this.systemctl('stop', units[dependency]),
        mend: (dependency) => this.systemctl('start', units[dependency]),
      },
      badConfiguration: {
        begin: async () => {
          await shell(`cp -p ${CONFIG} ${CONFIG}.soak && echo '{ "openai": ' > ${CONFIG}`);
          await this.kill('KILL');
        },
        mend: async () => {
          await shell(`mv ${CONFIG}.soak ${CONFIG}`);
          await this.startKingfisher();
        },
      },
      masked: {
        begin: async () => {
          // `mask` refuses where the unit's own file is in the way.
          await shell(`mv ${UNIT_FILE} ${UNIT_FILE}.soak && ln -s /dev/null ${UNIT_FILE} && systemctl daemon-reload`);
          await this.kill('KILL');
        },
        mend: async () => {
          await shell(`mv -T ${UNIT_FILE}.soak ${UNIT_FILE} && systemctl daemon-reload`);
          await this.startKingfisher();
        },
      },
      dependencyBusy: { begin: () => this.background(['redis-cli', 'EVAL', BUSY_SCRIPT, '0']) },
      dependencyStarting: {
        begin: (dependency, forMs) => this.startSlowly(units[dependency], forMs),
        mend: (dependency) => this.forgetDropIn(units[dependency]),
      },
      dependencyProtecting: {
        begin: () => shell('rabbitmqctl --quiet set_vm_memory_high_watermark absolute 1MB'),
        mend: () => shell('rabbitmqctl --quiet set_vm_memory_high_watermark 0.6'),
      },
      tooManyConnections: {
        begin: () => this.sql('ALTER ROLE kingfisher CONNECTION LIMIT 0'),
        mend: () => this.sql('ALTER ROLE kingfisher CONNECTION LIMIT -1'),
      },
      dependencyPaused: {
        begin: (dependency) => host.systemctl('kill', '--signal=STOP', units[dependency]),
        mend: (dependency) => host.systemctl('kill', '--signal=CONT', units[dependency]),
      },
    };
  }

  /** @throws RunError where the host is in a state in which it cannot be made */
  async begin(name: FaultName, dependency: Dependency, forMs: number): Promise<void> {
    await this.faults[name].begin(dependency, forMs);
  }

  async mend(name: FaultName, dependency: Dependency): Promise<void> {
    await this.faults[name].mend?.(dependency);
  }

  /** Which dependency a fault has for certain. */
  static dependencyOf(name: FaultName, drawn: Dependency): Dependency {
    if (name === 'dependencyBusy') return 'redis';
    if (name === 'dependencyProtecting') return 'rabbitmq';
    return name === 'tooManyConnections' ? 'postgres' : drawn;
  }

  private async kill(signal: string): Promise<void> {
    // It may be down already.
    await this.host.exec(['systemctl', 'kill', `--signal=${signal}`, KINGFISHER], { check: false });
  }

  private async startKingfisher(): Promise<void> {
    await this.systemctl('reset-failed', KINGFISHER);
    await this.systemctl('start', KINGFISHER);
  }

  /** `ExecStartPre` in the place of a replay of a long log, which looks the same from outside: activating. */
  private async startSlowly(unit: string, forMs: number): Promise<void> {
    const folder = `/run/systemd/system/${unit}.d`;
    const lines = ['[Service]', 'TimeoutStartSec=180', `ExecStartPre=/bin/sleep ${Math.ceil(forMs / 1_000)}`];
    await this.shell(`mkdir -p ${folder} && printf '%s\\n' "$@" > ${folder}/${DROP_IN}`, lines);
    await this.systemctl('daemon-reload', unit);
    await this.systemctl('restart', unit, '--no-block');
  }

  private async forgetDropIn(unit: string): Promise<void> {
    await this.shell(`rm -rf /run/systemd/system/${unit}.d`);
    await this.systemctl('daemon-reload', unit);
  }

  private async sql(statement: string): Promise<void> {
    await this.shell('runuser -u postgres -- psql -qc "$1"', [statement]);
  }

  private async background(argv: string[]): Promise<void> {
    await this.host.exec(['systemd-run', '--quiet', '--collect', ...argv]);
  }

  /** Work on a unit that must not be taken for Halcyon's. */
  private async systemctl(verb: string, unit: string, ...rest: string[]): Promise<void> {
    const work: OwnWork = { unit, from: Date.now(), to: Infinity };
    this.ownWork.push(work);
    const args = verb === 'daemon-reload' ? [] : [unit, ...rest];
    await this.host.systemctl(verb, ...args);
    work.to = Date.now() + (rest.includes('--no-block') ? 2_000 : 100);
  }

  private async shell(script: string, args: string[] = []): Promise<void> {
    await this.host.exec(['/bin/sh', '-ec', script, 'soak', ...args]);
  }
}

/** Every stop of these units since boot that systemd carried out on what ran. */
export async function unitStops(host: LabHost, units: string[]): Promise<{ unit: string; at: number }[]> {
  // systemd's catalogue: SD_MESSAGE_UNIT_STOPPING.
  const stopping = 'MESSAGE_ID=de5b426a63be47a7b6ac3eaac82e2f6f';
  await host.exec(['journalctl', '--sync']);
  const fields = '--output-fields=UNIT';
  const { stdout } = await host.exec(['journalctl', '--boot', '--output=json', fields, '_PID=1', stopping]);
  const lines = stdout.split('\n').filter(Boolean);
  return lines
    .map((line) => JSON.parse(line) as { UNIT: string; __REALTIME_TIMESTAMP: string })
    .map((entry) => ({ unit: entry.UNIT, at: Number(entry.__REALTIME_TIMESTAMP) / 1_000 }))
    .filter(({ unit }) => units.includes(unit));
}
