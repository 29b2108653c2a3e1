import type { MaintenanceReport } from '../../shared/maintenance';
import { query } from './define';

export const maintenanceQuery = query<MaintenanceReport>(
  'maintenance',
  'How far the maintenance of this host is: each task with what came of it, what it waits for, and open questions.',
);
