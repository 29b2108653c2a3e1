import type { Client } from '@temporalio/client';
import { play } from '../../../../lab/demo/act';
import type { Act } from '../../../../lab/demo/act';
import { halcyon } from '../../../../lab/demo/command';
import { NotSeen } from '../../../../lab/demo/seen';
import type { IncidentView } from '../../../../src/shared/incident';
import { newView } from '../../../../src/workflows/incident/record/new-incident';
import { incidentInput } from '../../../support/incidents';

const NOW = '2026-11-30T03:00:02Z';
const OPEN: IncidentView = {
  ...newView(incidentInput('h1'), NOW),
  state: 'waitingForApproval',
  timeline: [{ id: 1, at: NOW, cite: 'C.3', title: 'Asks people', kind: 'note', status: 'note', detail: 'whether' }],
};
const HEALED: IncidentView = { ...OPEN, state: 'closed', outcome: 'healed' };

/** Of an incident that began after the fault. */
function clientOf(view: () => IncidentView): Client {
  const handle = {
    describe: () =>
      Promise.resolve({ startTime: new Date(Date.now() + 1_000), runId: 'r', status: { name: 'RUNNING' } }),
    query: () => Promise.resolve(view()),
  };
  return { workflow: { getHandle: () => handle } } as unknown as Client;
}

const ACT: Act = {
  key: 'attack',
  name: 'Act 4: an attack',
  alert: 'KingfisherSecurityViolationsHigh',
  host: 'h1',
  breakIt: () => Promise.resolve(),
  isQuiet: () => Promise.resolve(true),
};

describe('an act that shows more than its timeline', () => {
  let lines: string[];
  beforeEach(() => (lines = []));

  const played = async (more: Partial<Act>, view: () => IncidentView = () => HEALED) => {
    const audience = { client: clientOf(view), write: (line: string) => lines.push(line), signal: AbortSignal.any([]) };
    return (await play({ ...ACT, ...more }, audience)).outcome;
  };
  const unseen = () => Promise.reject(new NotSeen('the address blocked'));

  it('is healed where all of it was seen', async () => {
    const during = jest.fn(() => Promise.resolve());
    const afterwards = jest.fn(() => Promise.resolve());
    expect(await played({ during, afterwards })).toBe('healed');
    expect([during, afterwards].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  });

  it('is not healed where its end was not seen', async () => {
    expect(await played({ afterwards: unseen })).toBe('unresolved');
    expect(lines.at(-1)).toBe('   not seen: the address blocked');
  });

  it('ends, and looks at its incident no more, where something was not seen while that is open', async () => {
    let following: AbortSignal | undefined;
    const during: Act['during'] = ({ signal }) => {
      following = signal;
      return unseen();
    };
    expect(await played({ during }, () => OPEN)).toBe('unresolved');
    expect(lines.at(-1)).toBe('   not seen: the address blocked');
    expect(following?.aborted).toBe(true);
  });

  it('knows what the audience has read of the timeline', async () => {
    let isOver = false;
    const during: Act['during'] = async (_, { hasRead }) => {
      while (!hasRead('Asks people')) await new Promise(setImmediate);
      isOver = true;
    };
    expect(await played({ during }, () => (isOver ? HEALED : OPEN))).toBe('healed');
  });

  it('does not hide what else went wrong', async () => {
    const during = () => Promise.reject(new Error('the host is gone'));
    await expect(played({ during }, () => OPEN)).rejects.toThrow('the host is gone');
  });
});

describe('a command that a person types', () => {
  it('is quoted as a shell needs it', () => {
    expect(halcyon('halcyon.yaml', ['approve', 'h1', '--note', 'not ours'], ['--detach']).typed).toBe(
      'halcyon approve h1 --note "not ours"',
    );
  });
});
