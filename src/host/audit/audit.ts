import { errorText } from '../errors';

/** What one check of an audit saw, before it is bounded and masked. */
export interface Audited {
  findings: string[];
  seen: string;
  unknown: string[];
  notLooked: string[];
}

export function audited(more: Partial<Audited> = {}): Audited {
  return { findings: [], seen: '', unknown: [], notLooked: [], ...more };
}

/** Runs one part of a check: what it cannot read is told by its name, and hides no other part. */
export async function attempt<T>(
  what: string,
  { unknown }: Pick<Audited, 'unknown'>,
  signal: AbortSignal | undefined,
  part: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await part();
  } catch (err) {
    signal?.throwIfAborted();
    unknown.push(`${what}: ${errorText(err)}`);
    return undefined;
  }
}

/** `2026-11-30` */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
