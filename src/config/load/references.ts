import { mapScalars } from './values';

const REFERENCE = /\$\$\{|\$\{([^}]*)\}|\$\{/g;
const INSIDE = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/** A reference that has no value, at its key. */
export interface ReferenceProblem {
  path: PropertyKey[];
  message: string;
}

export interface Resolved {
  value: unknown;
  problems: ReferenceProblem[];
}

/**
 * Replaces `${NAME}` and `${NAME:-default}` inside every text of a parsed file. Works on the parsed value, so what the
 * environment holds is always text and can never add keys. `$${` stands for `${` itself. A text with a problem is left
 * as it was written.
 */
export function resolveReferences(value: unknown, env: NodeJS.ProcessEnv): Resolved {
  const problems: ReferenceProblem[] = [];
  const resolved = mapScalars(value, (scalar, path) => {
    if (typeof scalar !== 'string') return scalar;
    const { text, messages } = resolveText(scalar, env);
    problems.push(...messages.map((message) => ({ path, message })));
    return messages.length === 0 ? text : scalar;
  });
  return { value: resolved, problems };
}

/** Whether a text, as written in the file, takes something from the environment. */
export function hasReference(value: unknown): value is string {
  return typeof value === 'string' && /(?<!\$)\$\{/.test(value);
}

function resolveText(written: string, env: NodeJS.ProcessEnv): { text: string; messages: string[] } {
  const messages = new Set<string>();
  const text = written.replace(REFERENCE, (found: string, inside: string | undefined) => {
    if (found === '$${') return '${';
    const result = resolveOne(inside, env);
    if ('problem' in result) messages.add(result.problem);
    return 'text' in result ? result.text : found;
  });
  return { text, messages: [...messages] };
}

function resolveOne(inside: string | undefined, env: NodeJS.ProcessEnv): { text: string } | { problem: string } {
  const [, name, fallback] = INSIDE.exec(inside ?? '') ?? [];
  if (name === undefined)
    return { problem: 'malformed reference; write ${NAME} or ${NAME:-default}, and $${ for a literal ${' };
  const text = env[name];
  if (text !== undefined && text !== '') return { text };
  if (fallback !== undefined) return { text: fallback };
  return { problem: `environment variable ${name} is ${text === undefined ? 'not set' : 'empty'}` };
}
