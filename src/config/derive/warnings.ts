import { accessSync, constants } from 'node:fs';
import { familyWarnings } from './family-warnings';
import { ConfigError } from '../load/config-error';
import { pagingWarnings } from './paging-warnings';
import type { Role } from './roles';
import type { Config } from '../schema/config';

type Agent = NonNullable<Config['agent']>;

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

function agentWarnings({ agent, hosts, temporal }: Config): string[] {
  return agent === null
    ? []
    : [
        ...hostWarnings(agent, Object.keys(hosts)),
        ...recoveryWarnings(agent),
        ...familyWarnings(agent, temporal.address),
      ];
}

/** An agent's own file may well have no hosts: only intake and commands need them. */
function hostWarnings({ host }: Agent, names: string[]): string[] {
  if (names.length === 0 || names.includes(host)) return [];
  return [
    `agent.host: "${host}" is not under hosts: (${names.join(', ')}): no incident reaches this agent, and one of those hosts may wait for its own`,
  ];
}

function recoveryWarnings({ allow, kingfisher, dependencies: { redis, rabbitmq }, backup }: Agent): string[] {
  if (!allow.includes('fullRecovery')) return [];
  const lacking = [
    ...(kingfisher.owner === null ? ['kingfisher.owner'] : []),
    ...(redis !== undefined && redis.rateLimits === undefined ? ['dependencies.redis.rateLimits'] : []),
    ...(rabbitmq !== undefined && rabbitmq.exchanges === undefined ? ['dependencies.rabbitmq.exchanges'] : []),
    ...(backup === null ? ['backup'] : []),
  ];
  return lacking.map(
    (key) => `agent.${key}: not set: a full recovery, which agent.allow names, leaves out what needs it`,
  );
}
