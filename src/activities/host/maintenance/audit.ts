import path from 'node:path';
import { auditAdvisories } from '../../../host/audit/advisories';
import { attempt, audited } from '../../../host/audit/audit';
import type { Audited } from '../../../host/audit/audit';
import { auditCertificates } from '../../../host/audit/certificates';
import { auditCredentials } from '../../../host/audit/credentials';
import { findLooseFiles } from '../../../host/audit/files';
import type { LooseFiles } from '../../../host/audit/files';
import { auditLeftBehind } from '../../../host/audit/left-behind';
import { auditPorts } from '../../../host/audit/ports';
import { auditUsers } from '../../../host/audit/users';
import { HostError } from '../../../host/errors';
import { countPermissions } from '../../../host/files/permissions';
import { findOwner, listNames } from '../../../host/files/permissions-wanted';
import type { Names } from '../../../host/files/permissions-wanted';
import { writersOf } from '../../../host/files/writers';
import { AUDIT_FINDINGS_LIMIT } from '../../../shared/observations/reviews/audit';
import type { AuditCheck, AuditState } from '../../../shared/observations/reviews/audit';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';

const TEXT_CHARACTERS = 300;
const TOLD = 10;

export interface AuditActivities {
  /** G.9: one check of the security audit. Nothing is changed. What it cannot read is in its answer, by name. */
  observeAudit(input: { check: AuditCheck }): Promise<AuditState>;
}

type Found = Audited & { dropped?: number };

/** G.9: what is open, loose, left behind or about to end on this host. */
export function createAuditActivities(deps: HostDeps): AuditActivities {
  const { settings, redact, run, ledger } = deps;
  const { audit } = settings.maintenance;
  const blocks = Object.values(settings.settings).some(({ format }) => format === 'nftables');
  const checks: Record<AuditCheck, (signal: AbortSignal) => Promise<Found>> = {
    ports: async () => await auditPorts(audit.ports),
    files: async (signal) => await auditFiles(deps, signal),
    users: async () => await auditUsers(audit.users),
    leftBehind: async (signal) => {
      return await auditLeftBehind({ ledger, run, blocks, pauseFile: settings.pauseFile, signal });
    },
    certificates: async (signal) => await auditCertificates(audit.certificates, { signal }),
    credentials: async (signal) => await auditCredentials(settings.dependencies, { signal }),
    advisories: async (signal) => await advisories(deps, signal),
  };
  return {
    observeAudit: asActivity(redact, async ({ signal }, { check }) => {
      if (!Object.hasOwn(checks, check)) throw new HostError('NotConfigured', `this agent knows no check ${check}`);
      const { findings, dropped = 0, seen, unknown, notLooked } = await checks[check](signal);
      const told = (texts: string[], atMost: number) =>
        texts.slice(0, atMost).map((text) => redact(text, TEXT_CHARACTERS));
      return {
        findings: told(findings, AUDIT_FINDINGS_LIMIT),
        dropped: dropped + Math.max(0, findings.length - AUDIT_FINDINGS_LIMIT),
        seen: redact(seen, TEXT_CHARACTERS),
        unknown: told(unknown, TOLD),
        notLooked: told(notLooked, TOLD),
      };
    }),
  };
}

/** What everybody may write to, and what differs from the owner and the modes that data should have. */
async function auditFiles(deps: HostDeps, signal: AbortSignal): Promise<Found> {
  const { dataDir, installDir, logFile } = deps.settings.kingfisher;
  const { backup } = deps.settings;
  const logs = path.isAbsolute(logFile) ? [path.dirname(logFile)] : [];
  const folders = [...new Set([installDir, dataDir, ...logs, ...(backup === null ? [] : [backup.root])])];
  const result = audited();
  const names = await listNames();
  const loose: LooseFiles = { entries: 0, found: [], dropped: 0 };
  for (const folder of folders) {
    const look = { names, leftOut: folders, atMost: AUDIT_FINDINGS_LIMIT, signal };
    const one = await attempt(folder, result, signal, async () => await findLooseFiles(folder, look));
    loose.entries += one?.entries ?? 0;
    loose.dropped += one?.dropped ?? 0;
    loose.found.push(...(one?.found ?? []));
  }
  const different = await differences(deps, names, result, signal);
  // What everybody may write to differs as well, and is said once.
  const isTold = (text: string) => loose.found.some(({ place }) => text.startsWith(`${place}: `));
  return {
    ...result,
    findings: [...loose.found.map(({ text }) => text), ...different.examples.filter((text) => !isTold(text))],
    dropped: loose.dropped + different.different - different.examples.length,
    seen: `${loose.entries} files and folders`,
  };
}

async function differences({ settings }: HostDeps, names: Names, result: Audited, signal: AbortSignal) {
  const none = { different: 0, examples: [] as string[] };
  const { dataDir, owner, quarantineDir: spared } = settings.kingfisher;
  if (owner === null) {
    result.notLooked.push('owners of the data: agent.kingfisher.owner is not set');
    return none;
  }
  const found = await attempt(`owners below ${dataDir}`, result, signal, async () => {
    const writers = await writersOf(settings.kingfisher);
    return await countPermissions({ folder: dataDir, owner: await findOwner(owner), names, spared, writers, signal });
  });
  return found ?? none;
}

async function advisories({ settings, run }: HostDeps, signal: AbortSignal): Promise<Audited> {
  const { python } = settings.maintenance;
  if (python === null) return audited({ notLooked: ['agent.maintenance.python is not set'] });
  const { venv, timeoutMs, user = settings.kingfisher.user } = python;
  return await auditAdvisories({ venv, user, timeoutMs }, { run, signal });
}
