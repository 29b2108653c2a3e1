import { isMapping } from './values';

/** Keys that an environment variable of Temporal's own tools overrides. */
const OVERRIDES = [
  { variable: 'TEMPORAL_ADDRESS', section: 'temporal', key: 'address' },
  { variable: 'TEMPORAL_NAMESPACE', section: 'temporal', key: 'namespace' },
] as const;

export interface Overridden {
  value: Record<string, unknown>;
  /** The variable that gave the value at a key path, if one did. */
  variableAt(path: readonly PropertyKey[]): string | undefined;
}

/** The file with what the environment overrides put in place. Empty variables count as not set. */
export function applyOverrides(file: Record<string, unknown>, env: NodeJS.ProcessEnv): Overridden {
  const value = { ...file };
  const used = new Map<string, string>();
  for (const { variable, section, key } of OVERRIDES) {
    const text = env[variable];
    const before = value[section] === undefined ? {} : value[section];
    if (!text || !isMapping(before)) continue;
    // The text is taken as it is: a reference in it is not one.
    value[section] = { ...before, [key]: text.replaceAll('${', '$${') };
    used.set(`${section}.${key}`, variable);
  }
  return { value, variableAt: (path) => used.get(path.join('.')) };
}
