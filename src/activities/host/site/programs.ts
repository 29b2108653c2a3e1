import { access, constants } from 'node:fs/promises';
import { describeEnd } from '../../../host/programs/commands';
import type { Command } from '../../../host/programs/commands';
import { checkProgram } from '../../../host/programs/program';
import { asUser } from '../../../host/programs/users';
import { checkDecoder } from '../../../host/images/decode-images';
import { NOT_CONFIGURED, configured } from './need';
import type { Need, Site } from './need';

const TEST = '/usr/bin/test';
const LOOK_MS = 5_000;
const DECODE_MS = 10_000;

/** A program of the site, as `agent.kingfisher` names it. */
interface OwnProgram {
  command: string[];
  cwd?: string | undefined;
  user?: string | undefined;
}

/** Programs that pages start as KingFisher's user, and what they need beside them. Only the decoder is started. */
export function programNeeds(site: Site): Need[] {
  const { kingfisher } = site.settings;
  const own = (key: string, place: string, program: OwnProgram | null): Need => ({
    what: `agent.kingfisher.${key}`,
    places: [place],
    remedy: `set agent.kingfisher.${key}.command, cwd and user`,
    why: async () => (program === null ? NOT_CONFIGURED : await whyNotStarted(program, site)),
  });
  return [
    own('configCheck', 'A.2', kingfisher.configCheck),
    own('pipeline.pluginTest', 'B.4', kingfisher.pipeline.pluginTest),
    { ...own('issueToken', 'C.2', kingfisher.issueToken), allowance: 'issueToken' },
    {
      what: 'agent.kingfisher.clients',
      places: ['C.1', 'C.2'],
      remedy: 'name the clients whose requests are wanted',
      why: configured(kingfisher.clients),
    },
    {
      what: 'agent.kingfisher.logrotate',
      places: ['A.2', 'D.2'],
      remedy: 'set agent.kingfisher.logrotate.config',
      allowance: 'clearFiles',
      why: async () =>
        kingfisher.logrotate === null ? NOT_CONFIGURED : await whyNotReadable(kingfisher.logrotate.config),
    },
    {
      what: 'agent.kingfisher.tempDirs',
      places: ['A.2', 'D.2', 'H.4'],
      remedy: 'name the folders that hold only temporary files',
      allowance: 'clearFiles',
      why: configured(kingfisher.tempDirs),
    },
    {
      what: `the decoder of images as ${kingfisher.user}`,
      places: ['B.2'],
      remedy: `install Halcyon and Node where ${kingfisher.user} may read and run them, not below /root or /home`,
      allowance: 'repairImages',
      why: async () => await checkDecoder({ run: site.run, user: kingfisher.user, timeoutMs: DECODE_MS }),
    },
  ];
}

async function whyNotReadable(file: string): Promise<undefined> {
  await access(file, constants.R_OK);
}

/** Whether its user could start it in its folder: it may change things, so it is not started. */
async function whyNotStarted({ command, cwd, user }: OwnProgram, site: Site): Promise<string | undefined> {
  const [program = ''] = command;
  const { installDir, user: serviceUser } = site.settings.kingfisher;
  const who = user ?? serviceUser;
  await checkProgram(program);
  const looks: [string, string, string?][] = [
    [program, '-x'],
    [cwd ?? installDir, '-x'],
    // Where its folder is the unit's own, nobody knows here what a relative path is.
    ...scriptsOf(command, cwd !== undefined).map((script): [string, string, string?] => [script, '-r', cwd]),
  ];
  for (const [place, right, from] of looks) {
    const asked = await asUser(who, { program: TEST, args: [right, place] });
    const look: Command = { ...asked, timeoutMs: LOOK_MS, ...(from === undefined ? {} : { cwd: from }) };
    const result = await site.run(look);
    if (result.exitCode === 1) return `${who} may not ${right === '-x' ? 'run or enter' : 'read'} ${place}`;
    if (result.exitCode !== 0) return `${TEST} ${right} ${place}: ${describeEnd(result)}`;
  }
  return undefined;
}

/** The first argument of an interpreter, where it is a file: `scripts/gen_jwt.py`. */
function scriptsOf([, first = '']: string[], isRelativeKnown: boolean): string[] {
  const isScript = /^[\w./-]+\.\w+$/.test(first) && !first.startsWith('-');
  return isScript && (isRelativeKnown || first.startsWith('/')) ? [first] : [];
}
