import type { Fault } from '../../gameday/fault';

/** Each tries until it has one: what is given back is taken by another. */
const CROWD = `sleeper() {
  until PGPASSWORD=kingfisher psql --quiet --host 127.0.0.1 --user kingfisher zmart_core --command 'SELECT pg_sleep(900)'
  do sleep 1; done
}
for number in $(seq 100); do sleeper & done 2> /dev/null; wait`;

export const fault: Fault = {
  what: 'Somebody else has all connections of PostgreSQL',
  alert: 'KingfisherServiceDown',
  inject: (host) => host.background('--unit=run-crowd', '--description=A crowd', '/bin/sh', '-c', CROWD),
  mend: async (host) => {
    await host.systemctl('stop', 'run-crowd.service');
    // A session that sleeps does not see that its client is gone.
    await host.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(900)'");
  },
  expects: {
    ending: 'escalated',
    cause: 'DependencyBusy',
    changes: [],
  },
  touches: ['unit kingfisher.service'],
};
