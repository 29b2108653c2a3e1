import type { Answer, EndpointState } from '../../shared/observations/probes';
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

/**
 * Asks once: what the server said, or how it failed to.
 *
 * @throws the reason of an abort from outside, and what hindered us from asking at all: nothing can be said about the
 * server then.
 */
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
    if (isOurTrouble(err)) throw err;
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

/** The agent lacks descriptors, ports or a name server: that says nothing about who was to be asked. */
function isOurTrouble(err: unknown): boolean {
  return ['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'].includes(errorCode(err));
}
