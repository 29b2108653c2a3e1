import type { MaintenanceInput, MaintenanceReport } from '../../../src/shared/maintenance';
import { MaintenanceRun } from '../../../src/workflows/maintenance/maintenance-run';
import { capacity } from '../../../src/workflows/maintenance/tasks/capacity';
import { securityAudit } from '../../../src/workflows/maintenance/tasks/security-audit';

/** What the month asks of a host, and nothing else of a run. */
export async function hostReview(input: MaintenanceInput): Promise<MaintenanceReport> {
  return await new MaintenanceRun('weekly', input).whole([capacity, securityAudit]);
}
