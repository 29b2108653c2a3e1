import { ConfigError } from './config-error';
import { readConfigFile } from './config-file';
import type { ConfigFile, FindOptions } from './config-file';
import { formatKeyPath, isAtOrBelow } from './key-path';
import { applyOverrides } from './overrides';
import { defaultMessage, issueLines, placeInFile } from './problems';
import { hasReference, resolveReferences } from './references';
import type { ReferenceProblem, Resolved } from './references';
import { config } from '../schema/config';
import type { Config } from '../schema/config';
import { mapScalars, valueAt } from './values';
import { parseYamlText } from './yaml-text';

export interface LoadOptions extends FindOptions {
  /**
   * Sections that this process never looks at: where one needs a variable that is not set here, as a secret that only
   * another process has, it counts as not written.
   */
  unused?: readonly (keyof Config)[];
}

/**
 * The effective configuration: the file at `path`, else `HALCYON_CONFIG`, else `./halcyon.yaml`, else
 * `/etc/halcyon/halcyon.yaml`, with references to the environment resolved and defaults filled in.
 *
 * Throws `ConfigError` with every problem at once.
 */
export function loadConfig(options: LoadOptions): Config {
  return parseConfig(readConfigFile(options), options.env, options.unused);
}

/** The same for a file that was already read. */
export function parseConfig(file: ConfigFile, env: NodeJS.ProcessEnv, unused: LoadOptions['unused'] = []): Config {
  const { value: written, variableAt } = applyOverrides(parseYamlText(file), env);
  const { value, problems } = withoutUnused(resolveReferences(written, env), unused);
  const result = parseValue(value, written);
  const issues = result.success ? [] : result.error.issues;
  const place = (path: readonly PropertyKey[]) => variableAt(path) ?? placeInFile(file.label, path);
  const context = { schema: config, written, place };
  const lines = [
    ...problems.map(({ path, message }) => `${place(path)}: ${message}`),
    ...issues
      // What could not be resolved is already reported; that its text fits no schema says nothing more.
      .filter((issue) => !problems.some(({ path }) => isAtOrBelow(issue.path, path)))
      .flatMap((issue) => issueLines(issue, context)),
  ];
  if (lines.length > 0) throw new ConfigError([...new Set(lines)]);
  return result.data!;
}

function withoutUnused({ value, problems }: Resolved, unused: readonly string[]): Resolved {
  const isUnused = ({ path }: ReferenceProblem) => unused.includes(String(path[0]));
  const left = new Set(problems.filter(isUnused).map(({ path }) => path[0]));
  if (left.size === 0) return { value, problems };
  // Events need a store: where that counts as not written, so do they.
  if (left.has('store') && unused.includes('amqp')) left.add('amqp');
  const sections = Object.entries(value as object).filter(([name]) => !left.has(name));
  return { value: Object.fromEntries(sections), problems: problems.filter((problem) => !isUnused(problem)) };
}

/**
 * A reference always gives text (`port: ${PORT}`). Where the schema wanted a number at such a key and the text is one,
 * the value is read again as a number; a quoted number in the file itself stays text and is an error.
 */
function parseValue(value: unknown, written: unknown) {
  const parse = (candidate: unknown) => config.safeParse(candidate, { error: defaultMessage });
  const first = parse(value);
  if (first.success) return first;
  const wanted = new Set(
    first.error.issues
      .filter((issue) => issue.code === 'invalid_type' && ['number', 'int'].includes(issue.expected))
      .filter((issue) => hasReference(valueAt(written, issue.path)))
      .map((issue) => formatKeyPath(issue.path)),
  );
  if (wanted.size === 0) return first;
  return parse(mapScalars(value, (scalar, path) => (wanted.has(formatKeyPath(path)) ? toNumber(scalar) : scalar)));
}

function toNumber(scalar: unknown): unknown {
  return typeof scalar === 'string' && /^-?\d+$/.test(scalar) ? Number(scalar) : scalar;
}
