import type { MaintenanceInput, MaintenanceReport } from '../../shared/maintenance';
import { MaintenanceRun } from './maintenance-run';
import { images } from './tasks/images';
import { logs } from './tasks/logs';
import { packages } from './tasks/packages';
import { tables } from './tasks/tables';
import { violations } from './tasks/violations';

/** G, weekly: the document's five tasks, in its order. Started by `scheduledMaintenance`, or by a person. */
export async function weeklyMaintenance(input: MaintenanceInput): Promise<MaintenanceReport> {
  return await new MaintenanceRun('weekly', input).whole([logs, images, tables, packages, violations]);
}
