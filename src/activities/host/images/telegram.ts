import path from 'node:path';
import { entryTime, readJournal } from '../../../host/logs/journal';
import { maskLines, readLastLines } from '../../../host/logs/log-tail';
import { PLAIN_PROBES } from '../../../host/probes/kingfisher';
import { notConfigured } from '../../../host/services/service-managers';
import { lookAtBot } from '../../../host/telegram/bot';
import { readBotToken } from '../../../host/telegram/bot-token';
import { findRefusals } from '../../../host/telegram/refusals';
import { lookAtStatus } from '../../../host/telegram/status';
import { lookAtWayOut } from '../../../host/telegram/way-out';
import type { BotState, TelegramRefusals, TelegramStatus, WayOut } from '../../../shared/observations/telegram';
import type { HostDeps } from '../core/deps';
import { logRedactorOf } from '../core/log-redactor';
import { asActivity } from '../core/run';

/** Of a log, within its last MiB. */
const LINES_AT_MOST = 20_000;
/** Of a journal, of those that may tell of a refusal: a line of it is a kilobyte of JSON. */
const ENTRIES_AT_MOST = 200;
const MAY_TELL = '429|409|too many requests|flood|getupdates';
const LINES_SHOWN = 3;

export interface TelegramActivities {
  /** E.diagnosis: `curl …/api/v1/telegram/status`. */
  observeTelegramStatus(): Promise<TelegramStatus>;
  /** E.1: `grep 429 service.log`, of the file or of the unit's journal, since a moment (ISO 8601). */
  observeTelegramRefusals(input: { since: string }): Promise<TelegramRefusals>;
  /** E.2: `ping`, `nslookup`, by name lookup and TCP. */
  observeWayOut(): Promise<WayOut>;
  /** E.diagnosis, E.3, E.4: `getMe`, `getWebhookInfo`, `getChat`. Takes no update from the bot. */
  observeTelegramBot(): Promise<BotState>;
}

/** Where the images come from. */
export function createTelegramActivities(deps: HostDeps): TelegramActivities {
  const { redact, run } = deps;
  const { baseUrl, probes = PLAIN_PROBES, telegram, manager } = deps.settings.kingfisher;
  return {
    observeTelegramStatus: asActivity(
      redact,
      async ({ signal }) => await lookAtStatus(baseUrl, probes.telegram, { redact, signal }),
    ),
    observeTelegramRefusals: asActivity(redact, async ({ signal }, { since }) => await refusals(deps, since, signal)),
    observeWayOut: asActivity(redact, async ({ signal }) => await lookAtWayOut(telegram, signal)),
    observeTelegramBot: asActivity(redact, async ({ signal }) => {
      const token = await readBotToken({ telegram, manager }, run, signal);
      return await lookAtBot(telegram, token, { redact, signal });
    }),
  };
}

async function refusals(deps: HostDeps, since: string, signal: AbortSignal): Promise<TelegramRefusals> {
  const { logFile, manager, telegram } = deps.settings.kingfisher;
  if (logFile === 'none') throw notConfigured('kingfisher.logFile');
  const unit = logFile === 'journal' && manager.type === 'systemd' ? manager.unit : null;
  const lines =
    unit === null
      ? await readLastLines(path.resolve(logFile), LINES_AT_MOST)
      : await readEntries(deps, unit, since, signal);
  const found = findRefusals(lines ?? [], Date.parse(since), telegram.refusals);
  const masked = await logRedactorOf('kingfisher', deps, signal);
  return {
    path: unit === null ? logFile : `journal of ${unit}`,
    evidence: lines === undefined ? 'absent' : 'present',
    limited: found.limited.length,
    retryAfterMs: found.retryAfterMs,
    conflicts: found.conflicts.length,
    lines: maskLines([...found.limited.slice(-LINES_SHOWN), ...found.conflicts.slice(-LINES_SHOWN)], masked),
    observedAt: new Date().toISOString(),
  };
}

/** Dated, so that they are read as a file is. */
async function readEntries(
  { run }: HostDeps,
  unit: string,
  since: string,
  signal: AbortSignal,
): Promise<string[] | undefined> {
  const from = `--since=@${Math.floor(Date.parse(since) / 1_000)}`;
  const args = ['--reverse', from, `--lines=${ENTRIES_AT_MOST}`, `--grep=${MAY_TELL}`, `_SYSTEMD_UNIT=${unit}`];
  const entries = (await readJournal(run, args, signal))?.reverse();
  return entries?.map((entry) => `${entryTime(entry) ?? ''} ${entry.MESSAGE ?? ''}`);
}
