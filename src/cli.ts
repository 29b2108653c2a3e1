#!/usr/bin/env node
import { Command } from 'commander';
import { createAckCommand } from './cli/incident/ack';
import { createAgentCommand } from './cli/agent-check';
import { createAnswerCommand } from './cli/incident/approve';
import { createBackupsCommand } from './cli/backups';
import { acceptsConfigAnywhere } from './cli/support/config-anywhere';
import { createCommandsCommand } from './cli/commands/commands';
import { createChecklistCommand } from './cli/checklist/checklist';
import { createConfigCommand } from './cli/config-check';
import { endWithReader } from './cli/support/end-with-reader';
import { createDevCommand } from './cli/dev';
import { createDoctorCommand } from './cli/doctor';
import { createEscalationCommand } from './cli/incident/escalation';
import { createIncidentCommand } from './cli/incident/incident';
import { createLeasesCommand } from './cli/lease/leases';
import { createGuardCommand } from './cli/guard/guard';
import { createOutboxCommand } from './cli/outbox';
import { createPageCommand } from './cli/page';
import { createQuarantineCommand } from './cli/quarantine';
import { createReportCommand } from './cli/report/report';
import { createPauseCommand, createResumeCommand } from './cli/guard/pause';
import { createRolloutCommand } from './cli/rollout/rollout';
import { createRunCommand } from './cli/run';
import { createSchedulesCommand } from './cli/maintenance/schedules';
import { createSimulateCommand } from './cli/simulate';
import { USAGE_EXIT_CODE, UsageError, usageExitsWith } from './cli/support/usage';
import type { AgentSettings } from './host/agent-settings';
import { openBackups } from './host/backup/open';
import { openOutboxQuarantine } from './host/stores/outbox-quarantine';
import { openQuarantine } from './host/images/quarantine';

const program = new Command('halcyon')
  .description('durable runbooks for KingFisher')
  .version('0.1.0')
  .showHelpAfterError()
  .addHelpText(
    'after',
    '\nExit codes: 0 done, kept or healthy; 1 failed, refused or unresolved; 2 wrong usage or configuration; 3 Temporal unreachable.',
  )
  .addCommand(createRunCommand())
  .addCommand(createIncidentCommand())
  .addCommand(createAckCommand())
  .addCommand(createEscalationCommand())
  .addCommand(createAnswerCommand('approve'))
  .addCommand(createAnswerCommand('reject'))
  .addCommand(createChecklistCommand())
  .addCommand(createLeasesCommand())
  .addCommand(createPauseCommand())
  .addCommand(createResumeCommand())
  .addCommand(createGuardCommand())
  .addCommand(createBackupsCommand(openBackups))
  .addCommand(createOutboxCommand(openOutboxQuarantine))
  .addCommand(createQuarantineCommand(openQuarantine))
  .addCommand(createCommandsCommand())
  .addCommand(createSchedulesCommand())
  .addCommand(createReportCommand())
  .addCommand(createSimulateCommand())
  .addCommand(createAgentCommand(checkAgent))
  .addCommand(createDoctorCommand())
  .addCommand(createRolloutCommand(ownBuild))
  .addCommand(createDevCommand())
  .addCommand(createPageCommand())
  .addCommand(createConfigCommand(process));

/** Loaded only where it is asked for: it brings the SDK's worker with it. */
async function ownBuild(): Promise<string> {
  const { buildIdOf } = await import('./temporal/workflow-source');
  return await buildIdOf();
}

/** Loaded only where it is asked for: all that an agent can do comes with it. */
async function checkAgent(settings: AgentSettings): Promise<string[]> {
  return await (await import('./activities/host/agent-check')).checkAgent(settings);
}

acceptsConfigAnywhere(program);
usageExitsWith(program, USAGE_EXIT_CODE);
endWithReader(process.stdout);

void program.parseAsync().catch((err: unknown) => {
  process.stderr.write(`halcyon: ${err instanceof Error ? err.message : String(err)}\n`);
  process.exitCode = err instanceof UsageError ? USAGE_EXIT_CODE : 1;
});
