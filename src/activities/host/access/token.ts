import { HostError } from '../../../host/errors';
import { describeEnd } from '../../../host/programs/commands';
import { asUser } from '../../../host/programs/users';
import { notConfigured } from '../../../host/services/service-managers';
import { readServiceEnvironment } from '../../../host/services/service-environment';
import { createTokenFile } from '../../../host/token-file';
import type { TokenState } from '../../../shared/observations/access';
import type { Change } from '../../../shared/observations/change';
import type { Permitted } from '../../../shared/safety/permit';
import type { ChangeRun } from '../core/change';
import type { HostDeps } from '../core/deps';

/** Of an incident: one of them has one token for a client, however often it is asked for. */
const ID = /^[0-9a-f]{8}$/;

interface Wish {
  /** As `agent.kingfisher.clients` of the host names it. */
  client: string;
  id: string;
}

export interface TokenActivities {
  /**
   * C.2: there is a new token for a client, in a file for root alone. Its value is nowhere else: in no answer, no log and no
   * list of arguments. Errors: `NotConfigured`, `UnsafeSelector` for a client that is not known, `NotInDesiredState` where
   * the issuer fails or writes no token.
   */
  ensureTokenIssued(input: Permitted<Wish>): Promise<Change<TokenState>>;
}

/** C.2: the document's `gen_jwt.py`, as a desired state. */
export function createTokenActivities(deps: HostDeps): TokenActivities {
  return {
    ensureTokenIssued: deps.asChange(
      'ensureTokenIssued',
      async (run, wish: Wish) => await ensureIssued(deps, wish, run),
    ),
  };
}

async function ensureIssued(deps: HostDeps, { client, id }: Wish, run: ChangeRun): Promise<Change<TokenState>> {
  const { stateDir, kingfisher } = deps.settings;
  if (kingfisher.issueToken === null) throw notConfigured('kingfisher.issueToken');
  if (!kingfisher.clients.includes(client) || !ID.test(id)) {
    const shown = JSON.stringify(String(client).slice(0, 64));
    throw new HostError('UnsafeSelector', `${shown} is no client that kingfisher.clients names; nothing was issued`);
  }
  const file = createTokenFile(stateDir, `${client}.${id}`);
  const state = (isThere: boolean): TokenState => ({ client, path: file.path, isThere });
  if (await file.isThere()) return { before: state(true), after: state(true), changed: false, notes: [] };
  run.mayStillChange();
  await file.write(await issue(deps, client, run.signal));
  return { before: state(false), after: state(await file.isThere()), changed: true, notes: [] };
}

/** What it says besides, and why it failed, may have the token in it: nobody hears it. */
async function issue({ settings, run }: HostDeps, client: string, signal: AbortSignal): Promise<string> {
  const { issueToken, manager, installDir } = settings.kingfisher;
  const { command, cwd, user, timeoutMs } = issueToken!;
  const environment = await readServiceEnvironment(manager, run, signal);
  const [program = '', ...args] = command.map((word) => word.replaceAll('{client}', client));
  const asked = await asUser(user ?? environment.user, { program, args, env: environment.env });
  const result = await run({ ...asked, cwd: cwd ?? environment.cwd ?? installDir, timeoutMs, signal });
  if (result.exitCode === 0 && !result.timedOut) return result.stdout.trim();
  const remedy = 'run it by hand to see what it says';
  throw new HostError('NotInDesiredState', `${program}, which issues tokens: ${describeEnd(result)}; ${remedy}`);
}
