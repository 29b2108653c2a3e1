import { stat } from 'node:fs/promises';
import { errorCode } from '../errors';
import type { Ledger } from '../ledger/ledger';
import type { CommandRunner } from '../programs/commands';
import { createNftTable } from '../settings-store/nft-table';
import { attempt, audited, dayOf } from './audit';
import type { Audited } from './audit';

const DAY_MS = 86_400_000;
/** What is to be temporary and is older than this has been forgotten. */
const FORGOTTEN_DAYS = 7;

interface Where {
  ledger: Pick<Ledger, 'settings'>;
  run: CommandRunner;
  /** Whether a setting of this host blocks addresses at all. */
  blocks: boolean;
  pauseFile: string;
  signal: AbortSignal;
  /** @default now */
  now?: number;
}

/** Temporary changes that are still there: settings of the ledger, blocked addresses that it does not know, a pause. */
export async function auditLeftBehind({
  ledger,
  run,
  blocks,
  pauseFile,
  signal,
  now = Date.now(),
}: Where): Promise<Audited> {
  const result = audited();
  const changed = await attempt('the ledger', result, signal, async () => ledger.settings.all());
  for (const { setting, since, endsAt } of changed ?? []) {
    if (endsAt !== null && Date.parse(endsAt) < now) {
      result.findings.push(`${setting} was to end on ${dayOf(Date.parse(endsAt))}, and the ledger still has it`);
    } else if (now - Date.parse(since) > FORGOTTEN_DAYS * DAY_MS) {
      result.findings.push(`${setting} is changed by Halcyon since ${dayOf(Date.parse(since))}: halcyon leases list`);
    }
  }
  const blocked = blocks ? await attempt('nftables', result, signal, () => createNftTable(run).list(signal)) : [];
  for (const { network, endsInMs } of blocked ?? []) {
    if (endsInMs === undefined) result.findings.push(`${network.text} is blocked for good: Halcyon blocks nobody so`);
    else if (changed !== undefined && !changed.some(({ setting }) => setting.includes(network.text))) {
      result.findings.push(`${network.text} is blocked, and the ledger does not know why`);
    }
  }
  await attempt('the pause file', result, signal, async () => {
    const since = await sinceOf(pauseFile);
    if (since !== undefined) result.findings.push(`${pauseFile} pauses this host since ${dayOf(since)}`);
  });
  const words = [
    ...(changed === undefined ? [] : [`${changed.length} settings in the ledger`]),
    ...(blocks && blocked !== undefined ? [`${blocked.length} addresses blocked`] : []),
  ];
  return { ...result, seen: words.join(', ') };
}

async function sinceOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (err) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(err))) return undefined;
    throw err;
  }
}
