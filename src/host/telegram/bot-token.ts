import { errorCode, errorText } from '../errors';
import type { KingfisherSettings } from '../agent-settings';
import { readToken } from '../probes/endpoint';
import type { CommandRunner } from '../programs/commands';
import { readServiceEnvironment } from '../services/service-environment';

/** `123456789:ABC…`: nothing else is ever made part of a URL. */
const BOT_TOKEN = /^\d{1,20}:[\w-]{1,100}$/;

export interface BotToken {
  /** Null where there is none, or none that can be used. */
  token: string | null;
  /** Where it was looked for, in words; null where nobody says where. */
  from: string | null;
  /** Why it cannot be used; empty where it can, and where there is none. */
  why: string;
}

/** The token of KingFisher's bot: from the file or the text of the configuration, else from the environment of the service. */
export async function readBotToken(
  { telegram: { token, tokenFile, tokenVariable }, manager }: Pick<KingfisherSettings, 'telegram' | 'manager'>,
  run: CommandRunner,
  signal?: AbortSignal,
): Promise<BotToken> {
  if (tokenFile !== null) {
    return await takenFrom(`the file ${tokenFile}`, async () => await readToken(tokenFile));
  }
  if (token !== null) return await takenFrom('kingfisher.telegram.token', async () => token);
  if (tokenVariable === null) return { token: null, from: null, why: '' };
  return await takenFrom(`${tokenVariable} in the environment of KingFisher`, async () => {
    return (await readServiceEnvironment(manager, run, signal)).env[tokenVariable] ?? '';
  });
}

async function takenFrom(from: string, read: () => Promise<string>): Promise<BotToken> {
  try {
    const token = (await read()).trim();
    if (token === '') return { token: null, from: null, why: '' };
    if (BOT_TOKEN.test(token)) return { token, from, why: '' };
    return { token: null, from, why: `${from} holds no bot token (digits, a colon, then letters)` };
  } catch (err) {
    return { token: null, from, why: `${from} cannot be read: ${errorCode(err) || errorText(err)}` };
  }
}
