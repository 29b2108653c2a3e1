import type { Approval, ApprovalSubject } from '../../../src/shared/approval';
import { Approvals, describeQuestion } from '../../../src/workflows/lib/approvals';
import { hashOf } from '../../../src/workflows/lib/hash';

const SUBJECT: ApprovalSubject = {
  risk: 'fullRecovery',
  host: 'h1',
  cite: 'H',
  title: 'Full recovery',
  arguments: { entries: 12 },
  precondition: '/health refused',
};
const POLICY = {
  expireAfterMs: 1_800_000,
  roles: { operator: ['anna', 'bela'], lead: ['carla'] },
  approvers: { default: ['operator'], permissions: ['lead'] },
};

function setUp(startedBy: string | null = null) {
  const list: Approval[] = [];
  let clock = Date.parse('2026-11-23T03:00:00Z');
  const approvals = new Approvals(POLICY, startedBy, list, () => new Date((clock += 1_000)).toISOString());
  return { approvals, list };
}

describe('a question', () => {
  it('is answered by somebody with the role, once', () => {
    const { approvals } = setUp();
    const asked = approvals.ask(SUBJECT);
    approvals.check({ as: 'anna' });
    expect(approvals.answer({ as: 'anna', note: 'go' }, 'approved')).toMatchObject({
      hash: asked.hash,
      state: 'approved',
    });
    expect(asked).toMatchObject({ state: 'approved', answeredBy: 'anna', note: 'go' });
    expect(() => approvals.check({ as: 'bela', hash: asked.hash })).toThrow(/approved already by anna/);
    expect(approvals.answer({ as: 'bela', hash: asked.hash }, 'rejected').state).toBe('approved');
    expect(asked.answeredBy).toBe('anna');
  });

  it('is not answered by somebody without the role, nor by who started the run', () => {
    const { approvals } = setUp('anna');
    approvals.ask(SUBJECT);
    expect(() => approvals.check({ as: 'carla' })).toThrow(/carla may not answer this: it takes one of operator/);
    expect(() => approvals.check({ as: 'anna' })).toThrow(/anna started this run/);
    expect(() => approvals.check({ as: '' })).toThrow(/say who you are/);
    expect(() => approvals.check({ as: 'bela' })).not.toThrow();
  });

  it('takes the roles of its kind of risk', () => {
    const { approvals } = setUp();
    approvals.ask({ ...SUBJECT, risk: 'permissions' });
    expect(() => approvals.check({ as: 'anna' })).toThrow(/one of lead/);
    expect(() => approvals.check({ as: 'carla' })).not.toThrow();
  });

  it('is the same while it is open, and another with other arguments', () => {
    const { approvals, list } = setUp();
    const first = approvals.ask(SUBJECT);
    expect(approvals.ask({ ...SUBJECT })).toBe(first);
    const second = approvals.ask({ ...SUBJECT, arguments: { entries: 13 } });
    expect(second.hash).not.toBe(first.hash);
    expect(list).toHaveLength(2);
    expect(() => approvals.check({ as: 'anna' })).toThrow(/more than one question is open/);
  });

  it('does not take an answer to what was asked before and is moot', () => {
    const { approvals } = setUp();
    const first = approvals.ask(SUBJECT);
    approvals.end(first, 'withdrawn');
    const second = approvals.ask({ ...SUBJECT, precondition: '/health ok' });
    expect(() => approvals.check({ as: 'anna', hash: first.hash })).toThrow(
      new RegExp(`withdrawn already.*open is ${second.hash}`),
    );
  });

  it('expires to no', () => {
    const { approvals } = setUp();
    const asked = approvals.ask(SUBJECT);
    approvals.end(asked, 'expired');
    expect(() => approvals.check({ as: 'anna' })).toThrow(/expired already/);
    approvals.end(asked, 'withdrawn');
    expect(asked.state).toBe('expired');
  });

  it('says what it is and what silence means', () => {
    const { approvals } = setUp();
    expect(describeQuestion(approvals.ask(SUBJECT))).toBe(
      'Full recovery on h1 (entries: 12), because /health refused; no answer within 30 m is a no',
    );
  });
});

describe('an early answer', () => {
  it('is kept until its question is asked', () => {
    const { approvals } = setUp();
    const hash = hashOf(SUBJECT);
    approvals.check({ as: 'anna', hash });
    expect(approvals.answer({ as: 'anna', hash }, 'approved').state).toBe('kept');
    expect(approvals.ask(SUBJECT)).toMatchObject({ state: 'approved', answeredBy: 'anna' });
  });

  it('counts for exactly its question, once, and with the role', () => {
    const { approvals } = setUp();
    expect(() => approvals.check({ as: 'nobody', hash: hashOf(SUBJECT) })).toThrow(/may not answer/);
    expect(() => approvals.check({ as: 'anna' })).toThrow(/nothing is asked/);
    approvals.answer({ as: 'carla', hash: hashOf(SUBJECT) }, 'approved');
    approvals.answer({ as: 'anna', hash: hashOf({ ...SUBJECT, host: 'h2' }) }, 'approved');
    expect(approvals.ask(SUBJECT).state).toBe('asked');
  });
});

describe('hashOf', () => {
  it('is the sha256 of the canonical JSON', () => {
    expect(hashOf({ a: 1 })).toBe('015abd7f');
    expect(hashOf({ b: [1, { d: null, c: 'x' }], a: 1 })).toBe(hashOf({ a: 1, b: [1, { c: 'x', d: null }] }));
  });
});
