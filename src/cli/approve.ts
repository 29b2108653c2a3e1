import { Command } from 'commander';
import type { ApprovalReply } from '../shared/approval';
import { withClient } from './connect';
import { say } from './people';
import { plain } from './print-timeline';

interface AnswerOptions {
  as: string;
  hash?: string;
  note?: string;
  config?: string;
}

/** `halcyon approve|reject <id> --as anna`: answers what an incident asks before it does something risky. */
export function createAnswerCommand(verb: 'approve' | 'reject'): Command {
  return new Command(verb)
    .description(verb === 'approve' ? 'say yes to what an incident asks' : 'say no to what an incident asks')
    .argument('<id>', 'workflow id, such as incident/KingfisherServiceDown/h1')
    .requiredOption('--as <name>', 'who you are, as under approvals.roles in halcyon.yaml')
    .option('--hash <hash>', 'of the question, when more than one is open or to answer in advance')
    .option('--note <text>', 'why, for the record')
    .option('--config <file>', 'configuration file')
    .action((id: string, options: AnswerOptions) => answer(verb, id, options));
}

async function answer(verb: 'approve' | 'reject', id: string, options: AnswerOptions): Promise<void> {
  const { as, hash, note, config } = options;
  await withClient({ ...(config === undefined ? {} : { config }) }, async (client) => {
    const reply = await say<ApprovalReply>(client, id, verb, {
      as,
      ...(hash === undefined ? {} : { hash }),
      ...(note === undefined ? {} : { note }),
    });
    process.stdout.write(`${plain(`${reply.state} ${reply.hash}: ${reply.detail}`)}\n`);
  });
}
