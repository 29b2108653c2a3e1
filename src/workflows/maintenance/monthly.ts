import type { MaintenanceInput, MaintenanceReport } from '../../shared/maintenance';
import { MaintenanceRun } from './maintenance-run';
import { capacity } from './tasks/capacity';
import { dashboard } from './tasks/dashboard';
import { performance } from './tasks/performance';
import { runbookReview } from './tasks/runbook-review';
import { securityAudit } from './tasks/security-audit';

/** G, monthly: the document's reviews, in its order. It changes nothing; what a person should do becomes a list of tasks. */
export async function monthlyMaintenance(input: MaintenanceInput): Promise<MaintenanceReport> {
  return await new MaintenanceRun('monthly', input).whole([
    dashboard,
    runbookReview,
    capacity,
    securityAudit,
    performance,
  ]);
}
