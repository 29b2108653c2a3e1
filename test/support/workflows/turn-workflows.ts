import { condition, setHandler, sleep, workflowInfo } from '@temporalio/workflow';
import type { TurnAnswer, TurnRequest } from '../../../src/shared/safety/guard';
import type { ServiceName } from '../../../src/shared/observations/service';
import { guardOf } from '../../../src/workflows/guard/guard-client';
import { Turn } from '../../../src/workflows/guard/turn';
import { turnSignal } from '../../../src/workflows/messages';

/** What is registered beside the guard in its tests. */
// eslint-disable-next-line no-restricted-syntax -- whatever is registered
export * from '../../../src/workflows';

export interface TakerInput {
  host: string;
  request: Omit<TurnRequest, 'incidentId' | 'runId'>;
  /** How long it works once it has the turn. */
  workMs: number;
  restarts: ServiceName[];
  /** Waits until a pause is over, and asks again. */
  waitsForResume?: boolean;
}

export interface TakerResult {
  /** Kinds of what the guard said. */
  heard: string[];
  token: number;
  begin: number;
  end: number;
  refused: string[];
}

/** The least of an incident: takes its turn, restarts, works, and gives it back. */
export async function turnTaker(input: TakerInput): Promise<TakerResult> {
  const { workflowId, runId } = workflowInfo();
  const heard: string[] = [];
  const refused: string[] = [];
  const turn = new Turn({
    who: 'incident',
    host: input.host,
    guard: guardOf(input.host),
    request: () => ({ incidentId: workflowId, runId, ...input.request }),
    note: () => undefined,
    now: () => Date.now(),
  });
  setHandler(turnSignal, (answer: TurnAnswer) => {
    heard.push(answer.kind === 'refused' ? `refused ${answer.reason}` : answer.kind);
    turn.receive(answer);
  });
  turn.request();
  let answer = await turn.ready();
  while (input.waitsForResume === true && answer?.kind === 'refused' && answer.reason === 'paused') {
    await turn.whenResumed();
    turn.request();
    answer = await turn.ready();
  }
  const begin = Date.now();
  let token = 0;
  for (const service of input.restarts) {
    try {
      ({ token } = turn.permit(`Restart ${service}`, { restarts: service }));
    } catch (err) {
      refused.push((err as Error).message);
    }
  }
  if (answer?.kind === 'granted') token = answer.token;
  await sleep(input.workMs);
  if (input.waitsForResume === true) await condition(() => !turn.isPaused);
  const end = Date.now();
  await turn.release({ changed: token > 0 && input.restarts.length > 0 });
  return { heard, token, begin, end, refused };
}
