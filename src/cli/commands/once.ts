import type { Client } from '@temporalio/client';
import { print } from '../support/output';
import { ask } from './ask';
import type { Question, Shown } from './ask';
import { render } from './render/render';
import { hasProblem } from './render/sections';

/** Asks once, and shows all of it; exit code 1 where a part could not be read. */
export async function askOnce(client: Client, question: Question, { json }: Shown): Promise<void> {
  const asked = await ask(client, question);
  if (asked === undefined) return;
  const { answer } = asked;
  print(json ? [JSON.stringify({ host: question.host, ...answer })] : render(question.host, answer));
  if (hasProblem(answer)) process.exitCode = 1;
}
