import { readFile, stat } from 'node:fs/promises';
import { errorCode, errorText } from '../../../host/errors';
import { metricsOf } from '../../../host/series/promql';
import type { Dashboard, DashboardFiles, DashboardPanel } from '../../../shared/report/review';

const LARGEST_BYTES = 16 * 1024 * 1024;
const PANELS = 500;
const DEPTH = 8;
const WORDS = 120;

/** Dashboards of Grafana as it exports them, or as its provisioning reads them. What cannot be read is told, and not thrown. */
export async function readDashboards(files: readonly string[]): Promise<DashboardFiles> {
  const found: DashboardFiles = { dashboards: [], unreadable: [] };
  for (const file of files) {
    try {
      found.dashboards.push(await readDashboard(file));
    } catch (err) {
      found.unreadable.push({ file, why: wordsOf(err) });
    }
  }
  return found;
}

async function readDashboard(file: string): Promise<Dashboard> {
  if ((await stat(file)).size > LARGEST_BYTES) throw new Error('it is too large for a dashboard');
  const read: unknown = JSON.parse(await readFile(file, 'utf8'));
  // Grafana's API wraps it, a file of its provisioning does not.
  const board = isRecord(read) && isRecord(read['dashboard']) ? read['dashboard'] : read;
  if (!isRecord(board) || (!Array.isArray(board['panels']) && !Array.isArray(board['rows']))) {
    throw new Error('no dashboard of Grafana: it has no "panels"');
  }
  return { file, title: textOf(board['title']) || file, panels: panelsOf(board, DEPTH).slice(0, PANELS) };
}

/** Rows have panels of their own. */
function panelsOf(of: Record<string, unknown>, depth: number): DashboardPanel[] {
  if (depth === 0) return [];
  const inner = [...listOf(of['panels']), ...listOf(of['rows'])];
  return inner.flatMap((panel) => [...ownPanel(panel), ...panelsOf(panel, depth - 1)]);
}

function ownPanel({ title, targets, datasource }: Record<string, unknown>): DashboardPanel[] {
  const queries = listOf(targets)
    .filter((target) => asksPrometheus(target['datasource'] ?? datasource))
    .map((target) => textOf(target['expr']))
    .filter((expr) => expr.trim() !== '')
    .map(metricsOf);
  if (queries.length === 0) return [];
  const metrics = [...new Set(queries.flatMap(({ names }) => names))];
  const name = textOf(title).slice(0, WORDS) || 'without a title';
  return [{ title: name, metrics, isWhole: queries.every(({ isWhole }) => isWhole) }];
}

/** By its type, where it says one; a name or a variable may be anything. */
function asksPrometheus(datasource: unknown): boolean {
  const type = isRecord(datasource) ? datasource['type'] : undefined;
  return typeof type !== 'string' || /prometheus|mimir|^\$/.test(type);
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wordsOf(err: unknown): string {
  if (err instanceof SyntaxError) return 'it is no JSON';
  const code = errorCode(err);
  return code === 'ENOENT' ? 'there is no such file' : code || errorText(err);
}
