import type { LabHost } from '../lab-host';
import type { Stack } from '../stack';
import type { Act } from './act';
import { halcyon } from './command';

const REASON = 'everything is broken';

/** Files that KingFisher cannot use, files that it left behind, and callers that it turns away. */
const BREAK_FILES = `set -e
cd /opt/kingfisher/data
chown -R root:root images
find images -type d -exec chmod 0700 {} +
find images -type f -exec chmod 0777 {} +
for i in $(seq 40); do head -c 50000 /dev/zero > temp/left-behind-$i; done
chown -R kingfisher:kingfisher temp
find temp -type f -exec touch -d '2 days ago' {} +
for i in $(seq 300); do echo "SET ratelimit:free:ip:$i 1"; echo "SET idempotency:$i 1"; done | redis-cli -n 1 >/dev/null`;

/** Section H: everything is broken at once, and a person starts the recovery before any alert has fired. */
export function recoveryAct(host: LabHost, stack: Stack, isQuiet: Act['isQuiet']): Act {
  const args = ['run', 'emergency-recovery', '--host', host.name, '--reason', REASON];
  return {
    key: 'recovery',
    name: 'Act 3: everything at once: KingFisher killed, its files unusable, PostgreSQL, Redis and RabbitMQ stopped',
    alert: 'emergencyRecovery',
    host: host.name,
    isQuiet,
    breakIt: async () => {
      await host.exec(['/bin/sh', '-c', BREAK_FILES]);
      const dependencies = [await postgresUnit(host), 'redis-server.service', 'rabbitmq-server.service'];
      await host.systemctl('stop', '--no-block', ...dependencies);
      await host.systemctl('kill', '--signal=KILL', 'kingfisher.service');
    },
    byHand: halcyon(stack.configFile, args, ['--detach']),
  };
}

/** The unit of the cluster: `postgresql.service` only stands for all there are. */
export async function postgresUnit(host: LabHost): Promise<string> {
  const { stdout } = await host.systemctl('list-units', '--plain', '--no-legend', 'postgresql@*.service');
  return stdout.trim().split(/\s+/)[0]!;
}
