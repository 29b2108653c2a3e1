import { writeFileSync } from 'node:fs';
import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import type { ChecklistItem } from '../../shared/follow-up';
import { plain } from '../incident/print-timeline';
import { withClient } from '../support/connect';
import { KEPT, sayOrKeep } from '../support/controller';
import { print, printJson } from '../support/output';
import { asOption, forTheRecord, requireReason, whoAmI } from '../support/people';
import { terminalWidth } from '../support/table';
import { UsageError } from '../support/usage';
import {
  CHECKLIST,
  findChecklists,
  findOpenChecklist,
  listChecklists,
  readChecklist,
  readChecklists,
} from './find-checklists';
import { meetingFile, usualMoment } from './meeting';
import { checklistLines, listLines } from './print-checklist';
import { dueOf, momentOf } from './when';

interface Options {
  as?: string;
  note?: string;
  to?: string;
  due?: string;
  reason?: string;
  output?: string;
  at?: string;
  json?: boolean;
  config?: string;
}

/** What can be said of a checklist: the message, the options that are its own, and what it takes of them. */
const VERBS = {
  done: { name: 'finishItem', options: ['as', 'note'] },
  assign: { name: 'assignItem', options: ['as', 'to', 'due'] },
  skip: { name: 'skipItem', options: ['as', 'reason'] },
  meeting: { name: null, options: ['output', 'at'] },
} as const;

type Verb = keyof typeof VERBS;

const MORE = `
halcyon checklist                                    every open item: due, owner, checklist
halcyon checklist h1                                 those of a host, an alert or an incident, with what is known
halcyon checklist ID done I.4 --note "held"          an item by its line of the document, or its key
halcyon checklist ID assign I.5 --to anna --due 5d
halcyon checklist ID skip I.4 --reason "a drill"
halcyon checklist ID meeting --output meeting.ics    the post-mortem as a calendar file`;

/** `halcyon checklist [ID] [done|assign|skip|meeting]`: what is left for people after incidents and reviews. */
export function createChecklistCommand(): Command {
  const command = new Command('checklist')
    .description('what is left for people after incidents and reviews')
    .argument('[checklist]', CHECKLIST)
    .argument('[verb]', Object.keys(VERBS).join(', '))
    .argument('[item]', 'I.4, or its key: meeting')
    .option('--note <text>', 'done: what came of it', forTheRecord)
    .option('--to <name>', 'assign: who has to do it')
    .option('--due <when>', 'assign: until when: 2026-12-01, 2026-12-01T12:00Z, 5d')
    .option('--reason <text>', 'skip: why, for the record', forTheRecord)
    .option('--output <file>', 'meeting: where to write the file (default: standard output)')
    .option('--at <time>', 'meeting: when, such as 2026-12-01T14:00Z (default: the next weekday, 14:00 UTC)')
    .option('--config <file>', 'configuration file')
    .option('--json', 'print JSON');
  return asOption(command)
    .addHelpText('after', MORE)
    .action(async (named: string | undefined, verb: string | undefined, item: string | undefined, options: Options) => {
      if (named === undefined) return await showAll(refuseOptions(options, []));
      if (verb === undefined) return await show(named, refuseOptions(options, []));
      if (!Object.hasOwn(VERBS, verb)) {
        throw new UsageError(`expected one of ${Object.keys(VERBS).join(', ')} after the checklist, got "${verb}"`);
      }
      const { options: own } = VERBS[verb as Verb];
      refuseOptions(options, own);
      if (verb === 'meeting') return await writeMeeting(named, options);
      if (item === undefined) throw new UsageError(`${verb}: say which item: I.4, or its key`);
      return await say(named, verb as Exclude<Verb, 'meeting'>, item, options);
    });
}

/** An option that is not of its verb would be dropped in silence. */
function refuseOptions(options: Options, own: readonly string[]): Options {
  const known = Object.values(VERBS).flatMap((verb) => verb.options as readonly string[]);
  const foreign = Object.keys(options).find((name) => name !== 'as' && known.includes(name) && !own.includes(name));
  if (foreign === undefined) return options;
  const verbs = (Object.keys(VERBS) as Verb[]).filter((verb) =>
    (VERBS[verb].options as readonly string[]).includes(foreign),
  );
  throw new UsageError(`--${foreign}: goes with "${verbs.join('" or "')}"`);
}

async function showAll(options: Options): Promise<void> {
  await withClient(options, async (client) => {
    const all = await readChecklists(client, await listChecklists(client, { open: true }));
    if (options.json === true) return printJson(all);
    print(listLines(all, Date.now()));
  });
}

async function show(named: string, options: Options): Promise<void> {
  await withClient(options, async (client) => {
    const all = await readChecklists(client, await findChecklists(client, named));
    if (options.json === true) return printJson(all);
    all.forEach((one, at) => print([...(at === 0 ? [] : ['']), ...checklistLines(one, Date.now(), terminalWidth())]));
    if (all.some(({ view }) => view === null)) process.exitCode = 1;
  });
}

async function say(named: string, verb: Exclude<Verb, 'meeting'>, item: string, options: Options): Promise<void> {
  const argument = { item, ...argumentOf(verb, options, whoAmI(options.as)) };
  await withClient(options, async (client) => {
    const handle = await findOpenChecklist(client, named);
    const { name } = VERBS[verb];
    const said = await sayOrKeep<ChecklistItem>(client, handle, { name, query: 'checklist', argument });
    if (said.kind === 'kept') return print([`${plain(handle.workflowId)}: ${KEPT}`]);
    if (options.json === true) return printJson(said.reply);
    print([answerLine(said.reply)]);
  });
}

function argumentOf(verb: Exclude<Verb, 'meeting'>, { note, to, due, reason }: Options, by: string): object {
  if (verb === 'done') return { by, ...(note === undefined ? {} : { note }) };
  if (verb === 'skip') {
    requireReason(reason ?? '');
    return { by, reason };
  }
  if (to === undefined) throw new UsageError('assign: say to whom: --to anna');
  return { by, to: to.trim(), ...(due === undefined ? {} : { due: dueOf(due, Date.now()) }) };
}

function answerLine({ cite, key, state, owner, dueAt, endedBy }: ChecklistItem): string {
  const name = cite === '' ? key : `${cite} ${key}`;
  if (state === 'open')
    return `${name}: ${owner ?? 'whoever is on duty'}${dueAt === null ? '' : `, until ${dueAt.slice(0, 19)}Z`}`;
  return `${name}: ${state} by ${endedBy}`;
}

async function writeMeeting(named: string, { output, at, config }: Options): Promise<void> {
  const now = new Date();
  const moment = at === undefined ? usualMoment(now) : momentOf('--at', at);
  await withClient({ ...(config === undefined ? {} : { config }) }, async (client: Client) => {
    const { workflowId } = await findOpenChecklist(client, named);
    const found = { workflowId, runId: '', isOpen: true };
    const { view } = await readChecklist(client, found);
    if (view === null) throw new Error(`${plain(workflowId)} cannot be read: is halcyon-controller running?`);
    const text = meetingFile(workflowId, view, { at: moment, now });
    if (output === undefined) process.stdout.write(text);
    else {
      writeFileSync(output, text);
      print([
        `wrote ${output}: ${moment.toISOString().slice(0, 16)}Z; once it stands: halcyon checklist ${workflowId} done meeting`,
      ]);
    }
  });
}
