import type { TableState } from '../../../shared/observations/maintenance';
import { size } from '../../../shared/text/sizes';
import type { Task } from '../task';

/** `VACUUM ANALYZE`, of the tables that the host's file names. */
export const tables: Task = {
  cite: 'G.3',
  title: 'Tables vacuumed',
  async work(site) {
    const seen = await site.look('State of the tables', (host) => host.observeTables());
    if (site.isDryRun) {
      return { state: 'planned', detail: 'VACUUM (ANALYZE) would run', lines: seen.tables.map(describe) };
    }
    const { startedAt: since } = site;
    const { before, after, changed } = await site.change('VACUUM (ANALYZE)', seen.withinMs, (host, permit) =>
      host.ensureTablesVacuumed({ permit, since }),
    );
    const lines = after.map((table, at) => `${describe(table)}; before ${before[at]?.deadRows ?? '?'} dead rows`);
    const detail = `${after.length} ${after.length === 1 ? 'table' : 'tables'} vacuumed and analyzed`;
    return { state: changed ? 'done' : 'nothingToDo', detail, lines };
  },
};

function describe({ table, bytes, deadRows, lastVacuum }: TableState): string {
  return `${table}: ${size(bytes)}, ${deadRows} dead rows, last VACUUM ${lastVacuum ?? 'never by hand'}`;
}
