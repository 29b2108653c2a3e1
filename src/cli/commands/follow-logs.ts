import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { LogPosition, LogRead, LogsAnswer } from '../../shared/topics/logs';
import { print } from '../support/output';
import { AskFailed, ask, forget } from './ask';
import type { Question, Shown } from './ask';
import { render } from './render/render';

/** So long an agent waits for a line: a log that says nothing costs three runs in a minute. */
const WAIT_MS = 20_000;
const AGAIN_MS = 2_000;
/** A log that is written all the time is shown this often. */
const AT_LEAST_MS = 300;

/** `tail -f` and `journalctl -f`: the last lines, then each as it is written, until Ctrl-C. */
export async function followLogs(client: Client, question: Question, { json, untilLeft }: Shown): Promise<void> {
  await untilLeft(async (signal) => {
    const first = await ask(client, question, signal);
    if (first === undefined) return;
    const { answer } = first.answer as { answer: LogsAnswer };
    if (json) print(jsonLines(answer));
    else print([...render(question.host, first.answer), '', 'from now on as it is written; Ctrl-C leaves']);
    await goOn(client, question, answer, { json, signal });
  });
}

async function goOn(
  client: Client,
  question: Question,
  first: LogsAnswer,
  { json, signal }: { json: boolean; signal: AbortSignal },
): Promise<void> {
  let position: LogPosition = first.position;
  const problems = new Map(first.reads.map(({ source, problem }) => [source, problem]));
  let isAway = false;
  while (!signal.aborted) {
    const begun = performance.now();
    try {
      const asked = await ask(client, { ...question, position, waitMs: WAIT_MS }, signal);
      if (asked === undefined) return;
      const { answer } = asked.answer as { answer: LogsAnswer };
      position = answer.position;
      print(json ? jsonLines(answer) : answer.reads.flatMap((read) => newLines(read, problems)));
      isAway = false;
      await forget(client, asked.handle);
      if (!answer.more) await sleep(Math.max(0, AT_LEAST_MS - (performance.now() - begun)), null);
    } catch (err) {
      if (!(err instanceof AskFailed) || err.failure === 'NotAllowed') throw err;
      // The host may just be starting again, which is what one follows a log for.
      if (!isAway) process.stderr.write(`halcyon: ${err.message}; asking again\n`);
      isAway = true;
      await sleep(AGAIN_MS, null, { signal }).catch(() => undefined);
    }
  }
}

/** A problem is told when it is a new one. */
function newLines({ source, lines, notes, problem }: LogRead, problems: Map<string, string>): string[] {
  const isNew = problem !== '' && problems.get(source) !== problem;
  problems.set(source, problem);
  const said = [...notes.map((note) => `(${note})`), ...lines, ...(isNew ? [`(cannot be read: ${problem})`] : [])];
  const name = source === 'file' ? 'log' : source;
  return said.map((line) => `${name.padEnd(7)}  ${line}`);
}

function jsonLines({ reads }: LogsAnswer): string[] {
  return reads.flatMap(({ source, lines, notes, problem }) => [
    ...notes.map((note) => JSON.stringify({ source, note })),
    ...lines.map((line) => JSON.stringify({ source, line })),
    ...(problem === '' ? [] : [JSON.stringify({ source, problem })]),
  ]);
}
