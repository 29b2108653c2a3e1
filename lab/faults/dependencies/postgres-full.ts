import type { Fault } from '../../gameday/fault';

const CROWD = `for number in $(seq 110); do
  PGPASSWORD=kingfisher psql --quiet --host 127.0.0.1 --user kingfisher zmart_core --command 'SELECT pg_sleep(900)' &
done; wait`;

export const fault: Fault = {
  what: 'Somebody else has all connections of PostgreSQL',
  alert: 'KingfisherServiceDown',
  inject: (host) => host.background('--unit=run-crowd', '--description=A crowd', '/bin/sh', '-c', CROWD),
  mend: (host) => host.systemctl('stop', 'run-crowd.service'),
  expects: {
    ending: 'escalated',
    cause: 'DependencyBusy',
    changes: [],
  },
  touches: ['unit kingfisher.service'],
};
