import { firstByteOf } from '../../../shared/observations/latency/latency';
import type { OpenAiLook, OpenAiState } from '../../../shared/observations/latency/latency';
import { formatDuration } from '../../../shared/text/durations';
import type { HostSteps, StepReport } from '../../runbook/host-steps';

/** Two looks of at most six seconds each, and whether it takes connections. */
const LOOKS_MS = 15_000;

/** `curl -w … https://api.openai.com/v1/models` of the document: the time to the first byte. */
export function observeOpenAi(cite: string, steps: HostSteps): Promise<OpenAiState | undefined> {
  return steps.wait(
    { cite, title: 'How long OpenAI takes to answer' },
    LOOKS_MS,
    (host) => host.observeOpenAi(),
    describeOpenAi,
    'look',
  );
}

/** `api.openai.com/v1/models: first byte after 120 ms (401), 98 ms (401)` */
export function describeOpenAi(state: OpenAiState): StepReport {
  const detail = `${state.place}: ${state.looks.map((look) => lookText(look, state)).join(', ')}`;
  return firstByteOf(state) === undefined ? { status: 'notSo', detail } : detail;
}

function lookText({ answer, status, firstByteMs, detail }: OpenAiLook, { takesConnections }: OpenAiState): string {
  if (firstByteMs !== null) return `first byte after ${formatDuration(firstByteMs)} (${status})`;
  return answer === 'timeout' && takesConnections === false ? 'no connection' : detail;
}
