import path from 'node:path';
import { measureLogs } from '../../../host/logs/logs';
import { readPythonPackages } from '../../../host/maintenance/python-packages';
import { notConfigured } from '../../../host/services/service-managers';
import type { LogSizes, PythonPackages } from '../../../shared/observations/maintenance';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';
import { createOldImageActivities } from './images';
import type { OldImageActivities } from './images';
import { createMonitoringActivities } from './monitoring';
import type { MonitoringActivities } from './monitoring';
import { createTableActivities } from './tables';
import type { TableActivities } from './tables';

export interface MaintenanceActivities extends OldImageActivities, TableActivities, MonitoringActivities {
  /** G.1: `du -sh /var/log/kingfisher/`, of the logs that are being written. */
  observeLogSizes(): Promise<LogSizes>;
  /** G.4: `pip list --outdated` of KingFisher's own Python environment, as its user. */
  observeOutdatedPackages(): Promise<PythonPackages>;
}

/** G: what routine maintenance asks of a host, besides what pages ask for. */
export function createMaintenanceActivities(deps: HostDeps): MaintenanceActivities {
  const { settings, redact, run } = deps;
  return {
    ...createOldImageActivities(deps),
    ...createTableActivities(deps),
    ...createMonitoringActivities(deps),
    observeLogSizes: asActivity(redact, async () => {
      const { logFile, logrotate } = settings.kingfisher;
      if (!path.isAbsolute(logFile)) throw notConfigured('kingfisher.logFile');
      return { ...(await measureLogs(logFile)), rotateAboveBytes: logrotate?.rotateAboveBytes ?? null };
    }),
    observeOutdatedPackages: asActivity(redact, async ({ signal }) => {
      const { python } = settings.maintenance;
      if (python === null) throw notConfigured('maintenance.python');
      const { venv, timeoutMs, user = settings.kingfisher.user } = python;
      return await readPythonPackages({ venv, user, timeoutMs }, { run, signal });
    }),
  };
}
