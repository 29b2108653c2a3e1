import { z } from 'zod';
import { duration, hostName, section, size, textWhere, wholeNumber } from './nouns';
import { absoluteFile, command, isBelow, ownFolder, serviceUnit, systemUser } from './paths';
import { isMapping, valueAt } from '../values';
import { probes } from './probes';
import { checkRecovery, isWhole, recovery, withImages } from './recovery';
import { checkTables, settings } from './settings';
import { secret, secretUrl, url } from './urls';

const systemdManager = section({ type: z.literal('systemd'), unit: serviceUnit().prefault('kingfisher.service') });

const processManager = section({
  type: z.literal('process'),
  command: command(),
  cwd: ownFolder(),
  user: systemUser().optional(),
  logFile: absoluteFile(),
  pidFile: absoluteFile(),
  // Environment of a service: where its passwords usually are.
  env: z
    .record(
      textWhere('the name of an environment variable', (text) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text)),
      secret(textWhere('text', (text) => !text.includes('\0'))),
    )
    .default({}),
});

const manager = z
  .discriminatedUnion('type', [systemdManager, processManager], {
    error: (issue) =>
      issue.code === 'invalid_union' ? 'expected "systemd" or "process"' : 'expected a mapping of keys',
  })
  .prefault({ type: 'systemd' });

const logrotate = section({ config: absoluteFile(), rotateAbove: size().prefault('100MiB') }).transform(
  ({ config, rotateAbove }) => ({ config, rotateAboveBytes: rotateAbove }),
);

const configCheck = section({
  command: command(),
  // Where absent, the folder and the user of the service.
  cwd: ownFolder().optional(),
  user: systemUser().optional(),
  timeout: duration({ max: '10m' }).prefault('30s'),
}).transform(({ timeout, ...rest }) => ({ ...rest, timeoutMs: timeout }));

const kingfisher = section({
  manager,
  baseUrl: url('http', 'https').default('http://127.0.0.1:8201'),
  probes: probes.prefault({}),
  user: systemUser().default('kingfisher'),
  installDir: ownFolder(),
  dataDir: ownFolder(),
  logFile: z
    .union([z.enum(['journal', 'none']), absoluteFile()], {
      error: 'expected "journal", "none", or an absolute file path without ".."',
    })
    .default('/var/log/kingfisher/service.log'),
  tempDirs: z.array(ownFolder()).default([]),
  tempFilesLimit: wholeNumber(1, 1_000_000).default(10_000),
  logrotate: logrotate.nullable().default(null),
  configCheck: configCheck.nullable().default(null),
})
  .superRefine(checkTempDirs, { when: ({ value }) => isMapping(value) })
  .superRefine(checkJournal, { when: ({ value }) => isMapping(value) });

const dataDir = ownFolder().optional();

const dependencies = section({
  postgres: section({ unit: serviceUnit(), url: secretUrl('postgres', 'postgresql'), dataDir }).optional(),
  redis: section({ unit: serviceUnit(), url: secretUrl('redis', 'rediss'), dataDir }).optional(),
  rabbitmq: section({
    unit: serviceUnit(),
    url: secretUrl('amqp', 'amqps'),
    dataDir,
    managementUrl: secretUrl('http', 'https').optional(),
  }).optional(),
});

/** `agent:` the allow-list of one host; its output is `HostSettings`. */
export const agent = section({
  host: hostName(),
  kingfisher,
  dependencies: dependencies.default({}),
  recovery: recovery.nullable().default(null),
  settings: settings.default({}),
  stateDir: ownFolder().default('/var/lib/halcyon'),
  pauseFile: absoluteFile().default('/run/halcyon/paused'),
  diskFull: section({
    available: size().prefault('512MiB'),
    usedPercent: wholeNumber(1, 100).default(95),
  })
    .transform(({ available, usedPercent }) => ({ availableBytes: available, usedPercent }))
    .prefault({}),
})
  .superRefine(checkRecovery, { when: isWhole })
  .superRefine(checkTables, { when: isWhole })
  .transform(withImages);

/** A clean-up must stay within KingFisher's data, whatever else is allowed to be a folder. */
function checkTempDirs(value: unknown, context: z.core.$RefinementCtx): void {
  const dataDir = valueAt(value, ['dataDir']);
  const tempDirs = valueAt(value, ['tempDirs']);
  if (typeof dataDir !== 'string' || !Array.isArray(tempDirs)) return;
  for (const [index, folder] of tempDirs.entries()) {
    if (typeof folder !== 'string' || isBelow(folder, dataDir)) continue;
    context.addIssue({ code: 'custom', path: ['tempDirs', index], message: 'expected a folder below dataDir' });
  }
}

/** What a plain process writes is in no journal of its own. */
function checkJournal(value: unknown, context: z.core.$RefinementCtx): void {
  if (valueAt(value, ['logFile']) !== 'journal' || valueAt(value, ['manager', 'type']) !== 'process') return;
  const own = valueAt(value, ['manager', 'logFile']);
  const file = typeof own === 'string' ? ` (its manager.logFile is ${own})` : '';
  const message =
    '"journal" is only for manager.type "systemd", whose units have one; ' +
    `under "process" write the file that the service logs to${file}, or "none"`;
  context.addIssue({ code: 'custom', path: ['logFile'], message });
}
