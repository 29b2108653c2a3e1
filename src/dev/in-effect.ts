import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { ConfigError, loadConfigFor } from '../config';
import type { Config, Role } from '../config';
import { readConfigFile } from '../config/load/config-file';
import { isMapping, valueAt } from '../config/load/values';
import { parseYamlText } from '../config/load/yaml-text';
import type { DataFolder } from './data-folder';
import { agentSection } from './first-config';
import type { ThisHost } from './this-host';

/** Where the UI is, where the configuration does not say. */
const UI_URL = 'http://127.0.0.1:8233';
const LOOPBACK = /^(127\.0\.0\.1|localhost)$/;

/** The configuration that the parts run with, and what of it was not in the file. */
export interface InEffect {
  config: Config;
  temporalPort: number;
  uiPort: number;
  /** The runbooks that may change something: the file says so. */
  notObserving: string[];
  /** Whether intake asks for the token of the data folder: the configuration has none of its own. */
  usesKeptToken: boolean;
}

interface Given {
  path: string;
  env: NodeJS.ProcessEnv;
  data: DataFolder;
  roles: readonly Role[];
  /** For those whose file says nothing of it. */
  host: ThisHost;
}

/**
 * Reads a configuration and writes the one that the parts run with: the same, and where it is silent each runbook observes,
 * the record is embedded, and intake asks for a token. References to the environment stay references.
 *
 * @throws ConfigError where it cannot be used, or names a Temporal elsewhere
 */
export function writeInEffect({ path, env, data, roles, host }: Given): InEffect {
  const file = readConfigFile({ path, env });
  const written = parseYamlText(file);
  const says = (...keys: string[]) => valueAt(written, keys) !== undefined;
  if (roles.includes('agent') && !says('agent')) {
    throw new ConfigError([
      `${file.label}: agent: is missing, and --agent needs it; add this:\n\n${agentSection(data, host)}`,
    ]);
  }
  const given = loadConfigFor(roles, { path, env });
  const usesKeptToken = given.intake.token === null;
  const silent = Object.keys(given.runbooks).filter((name) => !says('runbooks', name, 'mode'));
  const additions = [
    ...silent.map((name) => ({ at: ['runbooks', name, 'mode'], value: 'observe' })),
    ...(given.temporal.uiUrl === null ? [{ at: ['temporal', 'uiUrl'], value: UI_URL }] : []),
    ...(given.store.url === null && given.store.path === null ? [{ at: ['store', 'path'], value: data.record }] : []),
    ...(usesKeptToken ? [{ at: ['intake', 'token'], value: '${HALCYON_INTAKE_TOKEN}' }] : []),
  ];
  const effective = additions.reduce<unknown>((value, { at, value: leaf }) => put(value, at, leaf), written);
  const note = `# Made by "halcyon dev" at each start from ${path}: change that one.\n`;
  writeFileSync(data.inEffect, note + stringify(effective), { mode: 0o600 });
  const config = loadConfigFor(roles, {
    path: data.inEffect,
    env: usesKeptToken ? { ...env, HALCYON_INTAKE_TOKEN: '-' } : env,
  });
  const notObserving = Object.entries(config.runbooks).flatMap(([name, { mode }]) =>
    mode === 'observe' ? [] : [`${name}: ${mode}`],
  );
  return { config, ...portsOf(config, file.label), notObserving, usesKeptToken };
}

/** A copy in which `leaf` stands at this key path. */
function put(value: unknown, [key, ...rest]: string[], leaf: unknown): unknown {
  const mapping = isMapping(value) ? value : {};
  return { ...mapping, [key!]: rest.length === 0 ? leaf : put(mapping[key!], rest, leaf) };
}

/** Everything is on this machine: a Temporal elsewhere has its own operators. */
function portsOf({ temporal, intake }: Config, label: string): { temporalPort: number; uiPort: number } {
  const address = new URL(`tcp://${temporal.address}`);
  const ui = new URL(temporal.uiUrl ?? UI_URL);
  const isAway = !LOOPBACK.test(address.hostname) || temporal.apiKey !== null || temporal.tls !== null;
  const remedy =
    '"halcyon dev" brings its own, at an address of loopback; for a cluster start controller, intake and agent (docs/operations.md)';
  const problems = [
    ...(isAway ? [`${label}: temporal: ${temporal.address} is another Temporal: ${remedy}`] : []),
    ...(LOOPBACK.test(ui.hostname) ? [] : [`${label}: temporal.uiUrl: ${ui.href} is elsewhere: leave it out`]),
    ...(intake.port === 0 ? [`${label}: intake.port: 0 is another port at each start: choose one, such as 9095`] : []),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return { temporalPort: Number(address.port), uiPort: Number(ui.port || 80) };
}
