import { MAINTENANCE_NAMES } from '../../shared/maintenance';
import type { MaintenanceInput, MaintenanceName } from '../../shared/maintenance';
import type { Config } from '../schema/config';

/** When nothing schedules it, and a person starts it. */
const BY_HAND = { windowMs: 21_600_000, team: 'onDuty' };

/** One kind of maintenance on one host, as the file schedules it. */
export interface ScheduledRun {
  name: MaintenanceName;
  host: string;
  /** In UTC. */
  cron: string;
  input: Omit<MaintenanceInput, 'dueAt'>;
}

/** What a run takes with it from the configuration. No secret is in it. */
export function maintenanceInput(
  config: Config,
  name: MaintenanceName,
  of: Pick<MaintenanceInput, 'host' | 'startedBy' | 'isDryRun'>,
): Omit<MaintenanceInput, 'dueAt'> {
  const { windowMs, team } = config.schedules[name] ?? BY_HAND;
  const { guard, approvals, escalation, maintenance } = config;
  const { followUp } = maintenance;
  return { ...of, windowMs, guard, approvals, team: escalation.teams[team] ?? null, followUp };
}

/** Everything that the file schedules. */
export function scheduledMaintenance(config: Config): ScheduledRun[] {
  return MAINTENANCE_NAMES.flatMap((name) => {
    const schedule = config.schedules[name];
    if (schedule === undefined) return [];
    const hosts = schedule.hosts ?? Object.keys(config.hosts);
    return hosts.map((host) => {
      const input = maintenanceInput(config, name, { host, startedBy: null, isDryRun: false });
      return { name, host, cron: schedule.cron, input };
    });
  });
}
