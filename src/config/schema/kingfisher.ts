import { z } from 'zod';
import { isMapping, valueAt } from '../load/values';
import { telegram } from './images/telegram';
import { duration, section, size, textWhere, wholeNumber, withMilliseconds } from './nouns';
import { absoluteFile, command, isBelow, ownFolder, ownProgram, serviceUnit, systemUser } from './paths';
import { pipeline } from './pipeline';
import { metricNames, probes } from './probes';
import { secret, url } from './urls';

const systemdManager = section({ type: z.literal('systemd'), unit: serviceUnit().prefault('kingfisher.service') });

/** The document's "or if running manually". */
const processManager = section({
  type: z.literal('process'),
  command: command(),
  cwd: ownFolder(),
  // Where absent, the agent's own.
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

/** KingFisher's own configuration check: exit 0 means valid. */
const configCheck = section(ownProgram({ longest: '10m' })).transform(withMilliseconds);

/** A client of KingFisher as its tokens and its access log name it. */
const clientName = textWhere('the name of a client: letters, digits, ".", "_", "@" and "-", at most 64', (text) =>
  /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(text),
);

/** What makes a token for a client: `{client}` in its arguments is the client's name. It writes the token, and nothing else. */
const issueToken = section(ownProgram({ longest: '10m' })).transform(withMilliseconds);

const groupName = textWhere('a group name', (text) => /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(text));

/** System folders that everybody may write to: what is ours there is told by the start of its name and its owner. */
const SHARED_TEMPORARY = ['/tmp', '/var/tmp'];

const temporaryFolder = z.union([z.enum(SHARED_TEMPORARY), ownFolder()], {
  error: `expected ${SHARED_TEMPORARY.join(', ')}, or a folder of KingFisher's own`,
});

/** Short ones, or none, would select what belongs to others. */
const namePrefix = textWhere('the start of a file name, at least 3 letters, digits, ".", "_" or "-"', (text) =>
  /^[A-Za-z0-9_][A-Za-z0-9._-]{2,63}$/.test(text),
);

/** `agent.kingfisher:` what KingFisher is on this host. */
export const kingfisher = section({
  manager,
  baseUrl: url('http', 'https').default('http://127.0.0.1:8201'),
  probes: probes.prefault({}),
  metrics: metricNames.prefault({}),
  // The service's system user.
  user: systemUser().default('kingfisher'),
  installDir: ownFolder(),
  dataDir: ownFolder(),
  // Where absent: images below dataDir.
  imagesDir: ownFolder().optional(),
  // Where images go that cannot be decoded, on the same file system. Where absent: quarantine below dataDir.
  quarantineDir: ownFolder().optional(),
  // More such images at a time are left where they are.
  quarantineLimit: wholeNumber(1, 10_000).default(50),
  // Of everything below dataDir. Where null nobody knows, and no permission is mended.
  owner: section({ user: systemUser().default('kingfisher'), group: groupName.default('kingfisher') })
    .nullable()
    .default(null),
  // Differences that may be mended without being asked, and those that may be when a person approved them.
  permissionsLimit: wholeNumber(1, 10_000_000).default(10_000),
  permissionsApprovedLimit: wholeNumber(1, 10_000_000).default(1_000_000),
  logFile: z
    .union([z.enum(['journal', 'none']), absoluteFile()], {
      error: 'expected "journal", "none", or an absolute file path without ".."',
    })
    .default('/var/log/kingfisher/service.log'),
  // One line for each request, in the combined format or in JSON.
  accessLog: z
    .union([z.literal('none'), absoluteFile()], { error: 'expected "none", or an absolute file path without ".."' })
    .default('/var/log/kingfisher/access.log'),
  // Those whose requests are wanted: higher limits and new tokens are for them alone.
  clients: z.array(clientName).default([]),
  issueToken: issueToken.nullable().default(null),
  // Folders below dataDir that hold only temporary files.
  tempDirs: z.array(ownFolder()).default([]),
  // Those outside of dataDir: by the start of their names.
  tempElsewhere: z
    .array(section({ folder: temporaryFolder, prefix: namePrefix }))
    .default([{ folder: '/tmp', prefix: 'kingfisher-' }]),
  // None that is younger is removed, whatever a runbook wants.
  tempFilesOlderThan: duration().prefault('1h'),
  // Most files that one clean-up may remove.
  tempFilesLimit: wholeNumber(1, 1_000_000).default(10_000),
  logrotate: logrotate.nullable().default(null),
  configCheck: configCheck.nullable().default(null),
  telegram: telegram.prefault({}),
  pipeline: pipeline.prefault({}),
})
  .superRefine(checkTempDirs, { when: ({ value }) => isMapping(value) })
  .superRefine(checkJournal, { when: ({ value }) => isMapping(value) })
  .transform(({ imagesDir, quarantineDir, tempFilesOlderThan, ...rest }) => ({
    ...rest,
    imagesDir: imagesDir ?? `${rest.dataDir}/images`,
    quarantineDir: quarantineDir ?? `${rest.dataDir}/quarantine`,
    tempFilesOlderThanMs: tempFilesOlderThan,
  }));

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
