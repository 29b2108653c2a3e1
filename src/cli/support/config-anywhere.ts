import { Option } from 'commander';
import type { Command } from 'commander';

/** `--config` counts before a subcommand as well as after it; the one that stands last counts. */
export function acceptsConfigAnywhere(program: Command): void {
  for (const group of groupsOf(program)) {
    group.enablePositionalOptions();
    if (group.options.every(({ long }) => long !== '--config')) {
      group.addOption(new Option('--config <file>', 'configuration file').hideHelp());
    }
  }
  program.hook('preAction', (_program, action) => {
    if (action.opts()['config'] !== undefined) return;
    const given = parentsOf(action).find((parent) => parent.opts()['config'] !== undefined);
    if (given !== undefined) action.setOptionValue('config', given.opts()['config']);
  });
}

function groupsOf(command: Command): Command[] {
  return command.commands.length === 0 ? [] : [command, ...command.commands.flatMap(groupsOf)];
}

/** The nearest first. */
function parentsOf(command: Command): Command[] {
  return command.parent === null ? [] : [command.parent, ...parentsOf(command.parent)];
}
