import { Command } from 'commander';
import type { ApprovalAnswer, ApprovalReply } from '../../shared/safety/approval';
import { withClient } from '../support/connect';
import { KEPT, sayOrKeep } from '../support/controller';
import { INCIDENT, findIncident } from './find-incident';
import { asOption, forTheRecord, whoAmI } from '../support/people';
import { plain } from './print-timeline';
import { UsageError } from '../support/usage';

interface AnswerOptions {
  as?: string;
  hash?: string;
  inAdvance?: boolean;
  note?: string;
  config?: string;
}

/** `halcyon approve|reject <incident>`: answers what an incident asks before it does something risky. */
export function createAnswerCommand(verb: 'approve' | 'reject'): Command {
  const command = new Command(verb)
    .description(verb === 'approve' ? 'say yes to what an incident asks' : 'say no to what an incident asks')
    .argument('<incident>', INCIDENT)
    .option('--hash <hash>', 'the question that you mean; needed unless it is the only one that was asked')
    .option('--in-advance', 'the question of --hash is not asked yet: keep the answer until it is')
    .option('--note <text>', 'why, for the record', forTheRecord)
    .option('--config <file>', 'configuration file');
  return asOption(command).action((id: string, options: AnswerOptions) => answer(verb, id, options));
}

async function answer(verb: 'approve' | 'reject', named: string, options: AnswerOptions): Promise<void> {
  const { hash, inAdvance, note } = options;
  if (hash !== undefined && !/^[0-9a-f]{8}$/.test(hash))
    throw new UsageError(`--hash: expected 8 hex digits such as 3f9a01c2, got "${hash}"`);
  if (inAdvance === true && hash === undefined)
    throw new UsageError('--in-advance: add --hash, of the question that will be asked');
  const argument: ApprovalAnswer = {
    as: whoAmI(options.as),
    ...(hash === undefined ? {} : { hash }),
    ...(inAdvance === undefined ? {} : { inAdvance }),
    ...(note === undefined ? {} : { note }),
  };
  await withClient(options, async (client) => {
    const handle = await findIncident(client, named, { open: true });
    const said = await sayOrKeep<ApprovalReply>(client, handle, {
      name: verb,
      query: handle.workflowId.startsWith('maintenance/') ? 'maintenance' : 'timeline',
      argument,
      ...(hash === undefined ? { unkept: 'to keep your answer, add --hash of the question that you mean' } : {}),
    });
    if (said.kind === 'kept') return print(`${handle.workflowId}: ${KEPT}, if ${hash} is still asked then`);
    print(`${said.reply.state} ${said.reply.hash}: ${said.reply.detail}`);
  });
}

function print(line: string): void {
  process.stdout.write(`${plain(line)}\n`);
}
