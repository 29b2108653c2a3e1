import { HostError, errorText } from '../../../host/errors';
import { isVacuumedSince, readTables } from '../../../host/maintenance/tables';
import { vacuumTable } from '../../../host/maintenance/vacuum';
import { notConfigured } from '../../../host/services/service-managers';
import type { Change } from '../../../shared/observations/change';
import type { TableState, TablesState } from '../../../shared/observations/maintenance';
import type { Permitted } from '../../../shared/safety/permit';
import type { ChangeRun } from '../core/change';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';
import { createSerializer } from '../core/serialize';

/** The connection, and what is looked at before and after. */
const BESIDES_MS = 60_000;

export interface TableActivities {
  /** G.3, before: size, dead rows and the last VACUUM of each configured table. */
  observeTables(): Promise<TablesState>;
  /** G.3: each was vacuumed and analyzed at this moment or later. One that fails stops none of the others. */
  ensureTablesVacuumed(input: Permitted<{ since: string }>): Promise<Change<TableState[]>>;
}

/** G.3: `VACUUM ANALYZE`. Heartbeats tell how far the server is. */
export function createTableActivities(deps: HostDeps): TableActivities {
  const { redact, asChange } = deps;
  const inTurn = createSerializer();
  return {
    observeTables: asActivity(redact, async ({ signal }) => {
      const { url, tables, statementTimeoutMs } = settingsOf(deps);
      const withinMs = tables.length * statementTimeoutMs + BESIDES_MS;
      return { tables: await readTables(tables, { url, signal }), withinMs };
    }),
    ensureTablesVacuumed: asChange('ensureTablesVacuumed', async (run, { since }) => {
      const from = Date.parse(since);
      if (Number.isNaN(from)) throw new HostError('UnsafeSelector', `"${since}" is no moment; nothing was changed`);
      return await inTurn('tables', async () => await ensureVacuumed(deps, run, from));
    }),
  };
}

async function ensureVacuumed(deps: HostDeps, run: ChangeRun, since: number): Promise<Change<TableState[]>> {
  const { url, tables } = settingsOf(deps);
  const { signal } = run;
  const before = await readTables(tables, { url, signal });
  const due = before.filter((table) => !isVacuumedSince(table, since));
  const failures: string[] = [];
  for (const { table } of due) {
    run.mayStillChange();
    await vacuum(deps, run, table).catch((err: unknown) => {
      signal.throwIfAborted();
      failures.push(`${table}: ${errorText(err)}`);
    });
  }
  const after = await readTables(tables, { url, signal });
  if (failures.length > 0) throw notVacuumed(failures, tables.length);
  return { before, after, changed: due.length > 0, notes: [] };
}

/** What the server says is no proof: it skips a table with a notice. Its own statistics are. */
async function vacuum(deps: HostDeps, { signal, remember }: ChangeRun, table: string): Promise<void> {
  const { url, lockTimeoutMs, statementTimeoutMs } = settingsOf(deps);
  const [before] = await readTables([table], { url, signal });
  const notices = await vacuumTable({ url, table, lockTimeoutMs, statementTimeoutMs, signal, tell: remember });
  const [after] = await readTables([table], { url, signal });
  if (after!.lastVacuum !== before!.lastVacuum && after!.lastAnalyze !== before!.lastAnalyze) return;
  const said = notices.join('; ') || 'PostgreSQL said nothing';
  throw new HostError('NotInDesiredState', `its statistics know of no new VACUUM and ANALYZE: ${said}`);
}

function notVacuumed(failures: string[], of: number): HostError {
  return new HostError('NotInDesiredState', `${failures.length} of ${of} tables not vacuumed: ${failures.join('; ')}`);
}

function settingsOf({ settings }: HostDeps) {
  const { vacuum: asked } = settings.maintenance;
  if (asked === null) throw notConfigured('maintenance.vacuum');
  const url = asked.url ?? settings.dependencies.postgres?.url;
  if (url === undefined) throw notConfigured('dependencies.postgres');
  return { ...asked, url };
}
