import type { Answer, EndpointState } from '../../shared/observations';
import { errorCode, errorText } from '../errors';
import type { Redact } from '../redact';
import { ProbeTimeout } from './deadline';

const DETAIL_CHARACTERS = 500;

/** @default 1000 */
export const PROBE_TIMEOUT_MS = 1_000;

export interface ProbeOptions {
  redact: Redact;
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Asks once: what the server said, or how it failed to. Only an abort from outside throws. */
export async function askOnce(
  { redact, signal }: ProbeOptions,
  ask: () => Promise<string>,
  classify: (err: unknown) => Answer,
): Promise<EndpointState> {
  const startedAt = performance.now();
  const state = (answer: Answer, detail: string): EndpointState => ({
    answer,
    status: null,
    latencyMs: Math.round((performance.now() - startedAt) * 10) / 10,
    detail: redact(detail, DETAIL_CHARACTERS),
  });
  try {
    return state('ok', await ask());
  } catch (err) {
    signal?.throwIfAborted();
    return state(classify(err), errorText(err));
  }
}

/** Answers that are the same for every protocol; `error` for the rest. */
export function answerOfSocket(err: unknown): Answer {
  if (err instanceof ProbeTimeout) return 'timeout';
  const code = errorCode(err);
  // ENOENT: a Unix socket that is not there.
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return 'refused';
  return code === 'ETIMEDOUT' ? 'timeout' : 'error';
}
