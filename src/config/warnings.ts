import { accessSync, constants } from 'node:fs';
import { ConfigError } from './config-error';
import { pagingWarnings } from './paging-warnings';
import type { Role } from './roles';
import type { Config } from './schema/config';

const TLS_FILES = ['caFile', 'certFile', 'keyFile'] as const;

/**
 * What can be used and is probably not meant, one line each; for one role only what that role looks at.
 *
 * @param now epoch milliseconds
 */
export function configWarnings(config: Config, role?: Role, now = Date.now()): string[] {
  const isFor = (...roles: Role[]) => role === undefined || roles.includes(role);
  return [
    ...(isFor('controller') ? pagingWarnings(config, now) : []),
    ...(role === 'intake' ? hostsWarnings(config) : []),
    ...(isFor('agent') ? agentWarnings(config) : []),
  ];
}

/** Files that the configuration names and that this process cannot read: nothing would reach Temporal. */
export function checkFiles({ temporal: { tls } }: Config): void {
  const problems = TLS_FILES.flatMap((key) => {
    const reason = tls?.[key] === undefined ? undefined : unreadable(tls[key]);
    return reason === undefined ? [] : [`temporal.tls.${key}: ${tls?.[key]}: ${reason}`];
  });
  if (problems.length > 0) throw new ConfigError(problems);
}

function unreadable(file: string): string | undefined {
  try {
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (err) {
    const { code } = err as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'no such file' : `cannot be read (${code ?? 'unknown error'})`;
  }
}

function hostsWarnings({ hosts }: Config): string[] {
  return Object.keys(hosts).length > 0 ? [] : ['hosts: none: every alert starts unknownAlert, and nothing is healed'];
}

/** An agent's own file may well have no hosts: only intake and commands need them. */
function agentWarnings({ agent, hosts }: Config): string[] {
  const names = Object.keys(hosts);
  if (agent === null || names.length === 0 || names.includes(agent.host)) return [];
  return [
    `agent.host: "${agent.host}" is not under hosts: (${names.join(', ')}): no incident reaches this agent, and one of those hosts may wait for its own`,
  ];
}
