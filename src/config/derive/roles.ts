import { ConfigError } from '../load/config-error';
import { configPath } from '../load/config-file';
import { loadConfig } from '../load/load';
import type { LoadOptions } from '../load/load';
import type { Config } from '../schema/config';

export const ROLES = ['controller', 'agent', 'intake'] as const;
/** What a process is for: it decides which sections it needs. */
export type Role = (typeof ROLES)[number];

/** What nobody but this role looks at. */
const OWN_SECTIONS = {
  controller: ['pagers', 'store', 'amqp'],
  agent: ['agent'],
  intake: ['intake'],
} as const satisfies Record<Role, (keyof Config)[]>;

/**
 * The configuration as processes of these roles use it: what they never look at may lack its secrets, and an agent has
 * its section.
 *
 * @throws ConfigError
 */
export function loadConfigFor(roles: readonly Role[], options: Omit<LoadOptions, 'unused'>): Config {
  const unused = ROLES.filter((role) => !roles.includes(role)).flatMap((role) => OWN_SECTIONS[role]);
  const config = loadConfig({ ...options, unused });
  if (roles.includes('agent') && config.agent === null) {
    throw new ConfigError([`${configPath(options)}: agent: required for --role agent: what it may touch on its host`]);
  }
  return config;
}
