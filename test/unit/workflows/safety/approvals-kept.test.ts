import type { Approval, ApprovalSubject, EarlyAnswer } from '../../../../src/shared/safety/approval';
import { Approvals, answerInWords } from '../../../../src/workflows/safety/approvals';

const SUBJECT: ApprovalSubject = {
  risk: 'fullRecovery',
  host: 'h1',
  cite: 'H',
  title: 'Full recovery',
  arguments: {},
  precondition: '/health refused',
};
const POLICY = { expireAfterMs: 60_000, roles: { operator: ['anna', 'bela'] }, approvers: { default: ['operator'] } };
const START = '2026-11-23T03:00:00.000Z';
const EXPIRY = '2026-11-23T03:01:00.000Z';

function setUp() {
  const clock = { now: START };
  const list: Approval[] = [];
  const early: EarlyAnswer[] = [];
  const approvals = new Approvals(POLICY, { run: 'run-1', startedBy: null, approvals: list, early }, () => clock.now);
  return { approvals, early, clock };
}

describe('at the moment in which a question expires', () => {
  it('an answer is not let through', () => {
    const { approvals, clock } = setUp();
    expect(approvals.ask(SUBJECT).expiresAt).toBe(EXPIRY);
    clock.now = EXPIRY;
    expect(() => approvals.check({ as: 'anna' })).toThrow(/that is a no/);
  });

  it('an answer that was let through is not taken', () => {
    const { approvals, clock } = setUp();
    const asked = approvals.ask(SUBJECT);
    approvals.check({ as: 'anna' });
    clock.now = EXPIRY;
    approvals.answer({ as: 'anna' }, 'approved');
    expect(asked).toMatchObject({ state: 'expired', answeredAt: EXPIRY, answeredBy: null });
  });
});

describe('the record of a question', () => {
  it('says when it was answered, by whom and why', () => {
    const { approvals, clock } = setUp();
    const asked = approvals.ask(SUBJECT);
    clock.now = '2026-11-23T03:00:30.000Z';
    approvals.answer({ as: 'anna', note: 'go' }, 'approved');
    expect(asked).toMatchObject({ state: 'approved', answeredAt: clock.now, answeredBy: 'anna', note: 'go' });
    expect(answerInWords(asked)).toContain('approved by anna ("go")');
    approvals.withdraw(asked);
    expect(asked.state).toBe('withdrawn');
  });

  it('leaves out a note that nobody wrote', () => {
    const { approvals } = setUp();
    const asked = approvals.ask(SUBJECT);
    approvals.answer({ as: 'anna' }, 'rejected');
    expect(answerInWords(asked)).not.toContain('("');
  });
});

describe('without a hash', () => {
  it('an answer to nothing hears that nothing was asked', () => {
    expect(() => setUp().approvals.check({ as: 'anna' })).toThrow(/^nothing was asked, and none is open/);
  });

  it('an answer after several questions hears what became of the last', () => {
    const { approvals } = setUp();
    approvals.end(approvals.ask(SUBJECT), 'withdrawn');
    approvals.end(approvals.ask({ ...SUBJECT, precondition: 'port taken' }), 'expired');
    expect(() => approvals.check({ as: 'anna' })).toThrow(/is expired already/);
  });
});

describe('an answer in advance', () => {
  const inAdvance = true;

  it('to a question that is open by now answers it', () => {
    const { approvals, early } = setUp();
    const { hash } = approvals.ask(SUBJECT);
    expect(approvals.answer({ as: 'anna', hash, inAdvance }, 'approved').state).toBe('approved');
    expect(early).toEqual([]);
  });

  it('to one that is over is kept for the next time', () => {
    const { approvals } = setUp();
    const first = approvals.ask(SUBJECT);
    approvals.end(first, 'withdrawn');
    approvals.check({ as: 'anna', hash: first.hash, inAdvance });
    expect(approvals.answer({ as: 'anna', hash: first.hash, inAdvance }, 'approved').state).toBe('kept');
    expect(first.state).toBe('withdrawn');
    expect(approvals.ask(SUBJECT).state).toBe('approved');
  });

  it('is one of at most 20', () => {
    const { approvals, early } = setUp();
    for (let one = 0; one < 20; one++) {
      approvals.answer({ as: 'anna', hash: String(one).padStart(8, '0'), inAdvance }, 'approved');
    }
    expect(early).toHaveLength(20);
    approvals.answer({ as: 'anna', hash: 'ffffffff', inAdvance }, 'approved');
    expect(early.map(({ hash }) => hash)).not.toContain('00000000');
    expect(early).toHaveLength(20);
  });
});

describe('an answer that was kept while no controller ran', () => {
  it('must name its question', () => {
    const { approvals } = setUp();
    const { hash } = approvals.ask(SUBJECT);
    expect(() => approvals.checkKept({ as: 'anna' })).toThrow('hash: an answer that was kept must name its question');
    expect(() => approvals.checkKept({ as: 'anna', hash })).not.toThrow();
  });

  it('counts no more than one that comes now', () => {
    const { approvals } = setUp();
    const { hash } = approvals.ask(SUBJECT);
    expect(() => approvals.checkKept({ as: 'carla', hash })).toThrow(/carla may not answer this/);
  });
});
