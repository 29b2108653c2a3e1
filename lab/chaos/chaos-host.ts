import { mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { SettingValue } from '../../src/shared/safety/lease';
import { Daemon } from '../daemon';
import { Ending } from '../support/ending';
import { PlainKingfisher } from '../plain-kingfisher';
import { projectDir } from '../project';
import { readChanges } from './change-log';
import { ORIGINAL, SETTINGS } from './plan';
import type { HostRecord, SettingRecord } from './record';

type Values = Record<string, SettingValue>;

/** KingFisher as a plain process, an agent of its own, and a file with settings that leases change. */
export class ChaosHost {
  readonly agent: Daemon;
  private readonly deaths = new Map<number, string>();
  private readonly settings: SettingRecord[] = SETTINGS.map((name) => ({ name, values: [ORIGINAL] }));
  private readonly settingsFile: string;
  private readonly logFile: string;
  private readonly ending = new Ending();

  private constructor(
    readonly name: string,
    readonly kingfisher: PlainKingfisher,
    directory: string,
    temporalAddress: string,
  ) {
    const folder = join(directory, 'settings');
    mkdirSync(folder);
    this.settingsFile = join(folder, 'settings.json');
    writeFileSync(this.settingsFile, JSON.stringify(Object.fromEntries(SETTINGS.map((one) => [one, ORIGINAL]))));
    this.logFile = join(directory, 'agent.log');
    const config = join(directory, 'agent.yaml');
    const settings = Object.fromEntries(SETTINGS.map((one) => [one, this.placeOf(one)]));
    const agent = { ...kingfisher.agent, settings };
    writeFileSync(config, stringify({ temporal: { address: temporalAddress }, agent }));
    const worker = join(projectDir, 'dist', 'src', 'worker.js');
    this.agent = new Daemon({
      name: `agent of ${name}`,
      command: [process.execPath, worker, '--role', 'agent', '--config', config],
      logFile: this.logFile,
      isReady: (daemon) => daemon.log.includes('"worker running"'),
    });
  }

  /** @throws Error when a part does not come up; nothing is left running then */
  static async start(name: string, directory: string, temporalAddress: string): Promise<ChaosHost> {
    mkdirSync(directory, { recursive: true });
    const kingfisher = await PlainKingfisher.start(join(directory, 'kingfisher'), name);
    const host = new ChaosHost(name, kingfisher, directory, temporalAddress);
    host.ending.add(() => kingfisher.stop());
    try {
      const watcher = host.watchSettings();
      host.ending.add(async () => watcher.close());
      host.ending.add(() => host.agent.stop());
      await host.agent.start();
    } catch (err) {
      await host.stop();
      throw err;
    }
    return host;
  }

  /** What its agent had begun ends now at the latest. */
  async killAgent(): Promise<void> {
    const { pid } = this.agent;
    await this.agent.kill();
    if (pid !== undefined) this.deaths.set(pid, new Date().toISOString());
  }

  record(): HostRecord {
    this.look();
    return { name: this.name, changes: readChanges(this.logFile), deaths: this.deaths, settings: this.settings };
  }

  async stop(): Promise<void> {
    await this.ending.run();
  }

  private placeOf(setting: string): object {
    return { format: 'json', file: this.settingsFile, path: [setting], min: 1, max: 100_000, apply: 'none' };
  }

  /** The folder, since the file is replaced by another one with each change. */
  private watchSettings(): FSWatcher {
    return watch(join(this.settingsFile, '..'), () => this.look());
  }

  private look(): void {
    const now = readValues(this.settingsFile);
    for (const { name, values } of this.settings) {
      const value = now?.[name];
      if (value !== undefined && value !== values.at(-1)) values.push(value);
    }
  }
}

/** Undefined where it is just being written. */
function readValues(file: string): Values | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Values;
  } catch {
    return undefined;
  }
}
