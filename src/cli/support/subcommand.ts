import type { Command } from 'commander';

/** A command below another, with the options of those that look at something. */
export function subcommand(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .option('--config <file>', 'configuration file')
    .option('--json', 'print JSON');
}
