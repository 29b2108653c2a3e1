import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { Daemon, answers } from '../../../lab/daemon';
import { freePorts } from '../../../lab/temporal/ports';

/** An alert as Prometheus posts it to Alertmanager. Times are ISO 8601. */
export interface PostedAlert {
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  startsAt: string;
  /** Absent: Alertmanager lets it expire `EXPIRES_AFTER_MS` after it came last. */
  endsAt?: string;
}

export const EXPIRES_AFTER_MS = 3_000;

/** A real Alertmanager that repeats itself within seconds. Stop it. */
export class Alertmanager {
  private constructor(
    private readonly daemon: Daemon,
    private readonly address: string,
  ) {}

  static async start(options: { directory: string; webhookUrl: string }): Promise<Alertmanager> {
    const [port = 0] = await freePorts(1);
    const address = `127.0.0.1:${port}`;
    await mkdir(options.directory, { recursive: true });
    const configFile = join(options.directory, 'alertmanager.yml');
    const config = {
      global: { resolve_timeout: `${EXPIRES_AFTER_MS}ms` },
      route: {
        receiver: 'halcyon',
        group_by: ['alertname'],
        group_wait: '0s',
        group_interval: '500ms',
        repeat_interval: '1s',
      },
      receivers: [{ name: 'halcyon', webhook_configs: [{ url: options.webhookUrl, send_resolved: true }] }],
    };
    await writeFile(configFile, stringify(config));
    const daemon = new Daemon({
      name: 'alertmanager',
      command: [
        'prometheus-alertmanager',
        `--config.file=${configFile}`,
        `--storage.path=${join(options.directory, 'data')}`,
        `--web.listen-address=${address}`,
        '--cluster.listen-address=',
      ],
      logFile: join(options.directory, 'alertmanager.log'),
      isReady: () => answers(`http://${address}/-/ready`),
    });
    await daemon.start();
    return new Alertmanager(daemon, address);
  }

  async post(...alerts: PostedAlert[]): Promise<void> {
    const response = await fetch(`http://${this.address}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alerts),
    });
    if (!response.ok) throw new Error(`Alertmanager: ${response.status} ${await response.text()}`);
  }

  /** With what it keeps on disk; alerts are not among that. */
  async restart(): Promise<void> {
    await this.daemon.stop();
    await this.daemon.start();
  }

  async stop(): Promise<void> {
    await this.daemon.stop();
  }
}

/** A Prometheus whose alert goes on: posts it again and again until it is told to stop. */
export class Sender {
  private isGoingOn = true;
  private readonly posting: Promise<void>;

  constructor(alertmanager: Alertmanager, alert: PostedAlert) {
    this.posting = this.goOn(alertmanager, alert);
  }

  async stop(): Promise<void> {
    this.isGoingOn = false;
    await this.posting;
  }

  private async goOn(alertmanager: Alertmanager, alert: PostedAlert): Promise<void> {
    while (this.isGoingOn) {
      // One that is away gets it later.
      await alertmanager.post(alert).catch(() => undefined);
      await sleep(EXPIRES_AFTER_MS / 10);
    }
  }
}
