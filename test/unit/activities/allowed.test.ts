import { createHostActivities } from '../../../src/activities/host';
import { ALLOWANCES, CHANGES, UNDOES } from '../../../src/shared/safety/allowance';
import type { Allowance } from '../../../src/shared/safety/allowance';
import type { ChangePermit } from '../../../src/shared/safety/permit';
import { PERMIT } from '../../support/scripted/permit';
import { useTempFolder } from '../host/support/temp-folder';
import { hostSettings } from './support/host';

const folder = useTempFolder();
const UNDO: ChangePermit = { kind: 'undo', token: 0, holder: 'a test' };
const changes = Object.entries(CHANGES) as [keyof typeof CHANGES, Allowance][];

/** An agent whose host allows this, and where nothing can be done: no program runs, and nothing is configured. */
function agent(allow: Allowance[]) {
  const lines: object[] = [];
  const settings = { ...hostSettings(folder.path()), allow };
  const activities = createHostActivities(settings, {
    run: () => Promise.reject(new Error('must not run')),
    findManager: () => ({ observe: () => Promise.reject(new Error('must not look')) }) as never,
    logger: { info: (fields: object) => lines.push(fields) } as never,
  });
  return { activities, lines };
}

/** Asks for a change, and gives the type of its failure. */
async function failureOf(allow: Allowance[], name: keyof typeof CHANGES, permit: ChangePermit): Promise<unknown> {
  const { activities } = agent(allow);
  const ask = activities[name] as (input: { permit: ChangePermit; [key: string]: unknown }) => Promise<unknown>;
  const input = { service: 'kingfisher', seenInvocation: 'a', setting: 'x', olderThanMs: 1, graceMs: -1, permit };
  return await ask(input).then(
    () => 'done',
    (err: { type?: string }) => err.type,
  );
}

it('has a word for every change of the agent, and for nothing else', () => {
  const names = Object.keys(agent([]).activities).filter((name) => name.startsWith('ensure'));
  expect(names.sort()).toEqual(Object.keys(CHANGES).sort());
});

describe.each(changes)('%s', (name, needed) => {
  it(`needs ${needed}, and no other word helps`, async () => {
    const others = ALLOWANCES.filter((word) => word !== needed);
    expect(await failureOf(others, name, PERMIT)).toBe('NotAllowed');
    expect(await failureOf([needed], name, PERMIT)).not.toBe('NotAllowed');
  });

  it(`${UNDOES.includes(name) ? 'is never refused' : 'does not pass'} as an undo`, async () => {
    if (UNDOES.includes(name)) expect(['NotAllowed', 'NoPermit']).not.toContain(await failureOf([], name, UNDO));
    else expect(await failureOf([needed], name, UNDO)).toBe('NoPermit');
  });
});

it('names the key of the host, stands in the log, and is not tried again', async () => {
  const { activities, lines } = agent(['clearFiles']);
  const refused = activities.ensureRestarted({ service: 'kingfisher', seenInvocation: 'a', permit: PERMIT });
  const message = 'agent.allow of testhost does not name restart, which ensureRestarted needs; nothing was changed';
  await expect(refused).rejects.toMatchObject({ type: 'NotAllowed', nonRetryable: true, message });
  expect(lines).toMatchObject([{ activity: 'ensureRestarted', phase: 'refused', reason: message }]);
});

it('tells what is allowed, the limits, and all that the agent can be asked for', async () => {
  const { activities } = agent(['restart']);
  expect(await activities.observeAllowed()).toEqual({
    allow: ['restart'],
    permissionsLimit: 10_000,
    permissionsApprovedLimit: 1_000_000,
    backups: null,
    activities: Object.keys(activities),
  });
});
