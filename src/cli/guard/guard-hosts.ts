import type { Client } from '@temporalio/client';
import type { Config } from '../../config';
import { guardId } from '../../shared/ids';
import { plain } from '../incident/print-timeline';
import { UsageError } from '../support/usage';

const PREFIX = guardId('');

/**
 * The hosts that a command is for: the one named, or all of the configuration and all whose guard is open.
 *
 * @throws UsageError for a host that neither knows
 */
export async function guardHosts(
  client: Client,
  { config, file }: { config: Config; file: string },
  host: string | undefined,
): Promise<string[]> {
  const known = new Set(Object.keys(config.hosts));
  if (host !== undefined && known.has(host)) return [host];
  for await (const { workflowId } of client.workflow.list({
    query: `WorkflowType = 'guard' AND ExecutionStatus = 'Running'`,
  })) {
    if (workflowId.startsWith(PREFIX)) known.add(workflowId.slice(PREFIX.length));
  }
  if (host === undefined) return [...known].sort();
  if (known.has(host)) return [host];
  const names = [...known].sort().join(', ') || 'none';
  throw new UsageError(`--host: "${host}" is not under hosts: in ${file} and has no guard (known: ${names})`);
}

/** Does it for all hosts at once, and writes the lines of each together; exit code 1 when one of them failed. */
export async function eachHost(hosts: string[], work: (host: string) => Promise<string | string[]>): Promise<void> {
  if (hosts.length === 0) process.stdout.write('no hosts: name them under hosts: in halcyon.yaml\n');
  await Promise.all(
    hosts.map(async (host) => {
      try {
        const lines = [await work(host)].flat();
        process.stdout.write(lines.map((line) => `${plain(line)}\n`).join(''));
      } catch (err) {
        process.stderr.write(`${plain(`${host}: FAILED: ${err instanceof Error ? err.message : String(err)}`)}\n`);
        process.exitCode = 1;
      }
    }),
  );
}
