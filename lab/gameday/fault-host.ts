import type { Faults } from '../kingfisher/faults';
import type { LabHost } from '../lab-host';
import { setFaults, setOutside } from '../stand-ins/trouble';
import type { OutsideSettings } from '../stand-ins/trouble';
import { until } from '../support/until';
import type { RunResult } from '../support/run';

export const KINGFISHER = 'kingfisher.service';
export const CONFIG = '/opt/kingfisher/config/kingfisher.json';
export const DATA = '/opt/kingfisher/data';

const READY = ['curl', '--fail', '--silent', '--max-time', '2', '--output', '/dev/null', 'http://127.0.0.1:8201/ready'];

/** The host as faults see it: words for what breaks and mends. */
export class FaultHost {
  constructor(
    readonly lab: LabHost,
    /** Unit of PostgreSQL, which has its version in its name. */
    readonly postgres: string,
  ) {}

  static async of(lab: LabHost): Promise<FaultHost> {
    const { stdout } = await lab.exec(['systemctl', 'list-units', '--plain', '--no-legend', 'postgresql@*.service']);
    const [unit = ''] = stdout.trim().split(/\s/);
    if (unit === '') throw new Error('the host has no unit postgresql@…: did it boot whole?');
    return new FaultHost(lab, unit);
  }

  /** A script of `sh`, as root; `args` are its "$1" and on. */
  async shell(script: string, ...args: string[]): Promise<string> {
    return (await this.lab.exec(['/bin/sh', '-ec', script, 'fault', ...args])).stdout;
  }

  /** Puts another text in place of a file's; `restore` puts it back, with owner and mode. */
  async spoil(file: string, text: string): Promise<void> {
    await this.shell('cp -p "$1" "$1.good"; printf "%s\\n" "$2" > "$1"', file, text);
  }

  async restore(file: string): Promise<void> {
    await this.shell('mv "$1.good" "$1"', file);
  }

  async systemctl(...args: string[]): Promise<void> {
    await this.lab.systemctl(...args);
  }

  /** Sends all processes of a unit a signal; one that is down already is no error. */
  async kill(unit: string, signal: 'KILL' | 'TERM' | 'STOP' | 'CONT'): Promise<void> {
    await this.lab.exec(['systemctl', 'kill', `--signal=${signal}`, unit], { check: false });
  }

  async sql(statement: string): Promise<string> {
    return await this.shell('runuser -u postgres -- psql -qAt zmart_core -c "$1"', statement);
  }

  /** Work that goes on by itself. */
  async background(...argv: string[]): Promise<RunResult> {
    return await this.lab.exec(['systemd-run', '--quiet', '--collect', ...argv]);
  }

  /** OpenAI, Telegram or clients from now on; `{}`, or no clients, is as usual. */
  async outside<K extends keyof OutsideSettings>(what: K, settings: OutsideSettings[K]): Promise<void> {
    await setOutside(this.lab, what, settings);
  }

  /** Faults within KingFisher from now on; `{}` ends them. */
  async within(faults: Faults): Promise<void> {
    await setFaults(this.lab, faults);
  }

  /** Starts KingFisher as a person does, whatever systemd thinks of its last starts. */
  async startKingfisher(): Promise<void> {
    await this.systemctl('reset-failed', KINGFISHER);
    await this.systemctl('start', KINGFISHER);
  }

  /** Adds lines to a unit, below /run: `forgetUnit` takes them away again. */
  async changeUnit(unit: string, ...lines: string[]): Promise<void> {
    const folder = `/run/systemd/system/${unit}.d`;
    await this.shell(`mkdir -p "$1"; shift; printf '%s\\n' '[Service]' "$@" > ${folder}/fault.conf`, folder, ...lines);
    await this.systemctl('daemon-reload');
  }

  async forgetUnit(unit: string): Promise<void> {
    await this.shell(`rm -rf "/run/systemd/system/$1.d"`, unit);
    await this.systemctl('daemon-reload');
  }

  /** Puts so many images that cannot be decoded among those of today. */
  async addBrokenImages(count: number): Promise<void> {
    await this.shell(
      `day="$1/images/$(date -u +%Y/%m/%d)"; install -d -o kingfisher -g kingfisher "$day"
      for number in $(seq "$2"); do printf 'no picture' > "$day/broken-$number.jpg"; done
      chown kingfisher:kingfisher "$day"/broken-*.jpg`,
      DATA,
      String(count),
    );
  }

  async removeBrokenImages(): Promise<void> {
    await this.shell('rm -f "$1"/images/*/*/*/broken-*.jpg', DATA);
  }

  /** KingFisher on a site whose `/ready` does not ask RabbitMQ: `forgetUnit` and a restart end that. */
  async readyWithoutRabbitmq(): Promise<void> {
    await this.changeUnit(KINGFISHER, 'Environment=KINGFISHER_READY_CHECKS=postgres,redis');
    await this.systemctl('restart', KINGFISHER);
  }

  async readyAsUsual(): Promise<void> {
    await this.forgetUnit(KINGFISHER);
    await this.systemctl('restart', KINGFISHER);
  }

  /** A rule of the firewall drops what goes there. */
  async dropPort(port: number): Promise<void> {
    await this.shell(
      `nft add table inet fault; nft 'add chain inet fault in { type filter hook input priority 0; }'
      nft add rule inet fault in tcp dport "$1" drop`,
      String(port),
    );
  }

  async passAllPorts(): Promise<void> {
    await this.shell('nft delete table inet fault');
  }

  async isReady(): Promise<boolean> {
    return (await this.lab.exec(READY, { check: false })).exitCode === 0;
  }

  /** @throws Error when it is not ready in time */
  async untilReady(signal: AbortSignal, deadlineMs = 60_000): Promise<void> {
    const ask = async () => ((await this.isReady()) ? true : undefined);
    const ready = await until(ask, { deadlineMs, everyMs: 20, signal });
    if (ready === undefined) throw new Error(`KingFisher was not ready within ${deadlineMs / 1_000} s`);
  }
}
