import type { Client } from '@temporalio/client';
import type { LoadState } from '../../shared/observations/latency/load';
import { print } from '../support/output';
import { AskFailed, ask, forget } from './ask';
import type { Question, Shown } from './ask';
import { closingLines, headLine, roundLine } from './render/performance';

/** As the document asks: `iostat -x 1 5`. */
const ROUNDS = 5;
const ROUND_MS = 1_000;

/** One line a round, as it comes; then who used the most, and how full the disks are. Until Ctrl-C where it is followed. */
export async function showRounds(
  client: Client,
  question: Question,
  { json, follow, untilLeft }: Shown,
): Promise<void> {
  await untilLeft(async (signal) => {
    let last: LoadState | undefined;
    for (let round = 0; (follow || round < ROUNDS) && !signal.aborted; round++) {
      const asked = await ask(client, { ...question, windowMs: ROUND_MS }, signal);
      if (asked === undefined) break;
      const { answer } = asked;
      if (answer.topic !== 'performance') break;
      const { load } = answer.answer;
      if ('problem' in load) throw new AskFailed(load.problem, 'ObservationFailed');
      if (json) print([JSON.stringify({ host: question.host, ...answer })]);
      else print([...(last === undefined ? headLine(question.host, load.value) : []), roundLine(load.value)]);
      last = load.value;
      if (round > 0) await forget(client, asked.handle);
    }
    if (last !== undefined && !json) print(closingLines(last));
  });
}
