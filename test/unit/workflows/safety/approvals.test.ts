import type { Approval, ApprovalPolicy, ApprovalSubject } from '../../../../src/shared/safety/approval';
import { Approvals, describeQuestion } from '../../../../src/workflows/safety/approvals';
import { hashOf } from '../../../../src/workflows/safety/hash';

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

const RUN = 'run-1';

/** As the question of this run has it. */
const hashOfQuestion = (subject: ApprovalSubject, run = RUN) => hashOf({ run, ...subject });

function setUp(startedBy: string | null = null, run = RUN, policy: ApprovalPolicy = POLICY) {
  const list: Approval[] = [];
  let clock = Date.parse('2026-11-23T03:00:00Z');
  const now = () => new Date((clock += 1_000)).toISOString();
  const approvals = new Approvals(policy, { run, startedBy, approvals: list, early: [] }, now);
  return { approvals, list, pass: (ms: number) => (clock += ms) };
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
    for (const as of ['anna', ' Anna', 'ANNA', 'anna@corp.example']) {
      expect(() => approvals.check({ as })).toThrow(/started this run/);
    }
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
    expect(() => approvals.check({ as: 'anna' })).toThrow(/more than one question was asked/);
  });

  it('does not take an answer to what was asked before and is moot', () => {
    const { approvals } = setUp();
    const first = approvals.ask(SUBJECT);
    approvals.end(first, 'withdrawn');
    const second = approvals.ask({ ...SUBJECT, precondition: '/health ok' });
    expect(() => approvals.check({ as: 'anna', hash: first.hash })).toThrow(
      new RegExp(`withdrawn already.*open: ${second.hash}`),
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

  it('says what it destroys, and where the backup will be', () => {
    const { approvals } = setUp();
    const question = describeQuestion(approvals.ask({ ...SUBJECT, arguments: { backups: '/srv/backups' } }));
    expect(question).toMatch(
      /copies today's images to \/srv\/backups .* deletes old temporary files .* What it deletes is not kept; without that copy/,
    );
  });

  it('says what it is and what silence means', () => {
    const { approvals } = setUp();
    expect(describeQuestion(approvals.ask(SUBJECT))).toMatch(
      /^Full recovery on h1 \(entries: 12\), because \/health refused\. It stops .* No answer within 30 m is a no$/,
    );
  });
});

describe('the one who answers', () => {
  const SPELLINGS = ['Anna', ' anna ', 'ANNA', 'anna@corp.example', 'ａｎｎａ', 'an\u200bna'];

  it.each(SPELLINGS)('has the role also as %j', (as) => {
    const { approvals } = setUp();
    approvals.ask(SUBJECT);
    expect(() => approvals.check({ as })).not.toThrow();
  });

  it.each(SPELLINGS)('may not answer what was started as %j', (startedBy) => {
    const { approvals } = setUp(startedBy);
    const asked = approvals.ask(SUBJECT);
    for (const as of ['anna', ...SPELLINGS]) expect(() => approvals.check({ as })).toThrow(/started this run/);
    expect(asked.people).toEqual(['bela']);
  });

  it('is named once, however the roles spell the name', () => {
    const { approvals } = setUp(null, RUN, { ...POLICY, roles: { operator: ['anna', 'Anna', 'anna@corp'] } });
    expect(approvals.ask(SUBJECT).people).toEqual(['anna']);
  });

  it('is somebody', () => {
    const { approvals } = setUp(null, RUN, { ...POLICY, roles: { operator: ['\u200b'] } });
    approvals.ask(SUBJECT);
    expect(() => approvals.check({ as: '\u200b' })).toThrow(/may not answer/);
  });
});

describe('an answer to something else', () => {
  it('is refused while another question is open, mistyped or old', () => {
    const { approvals, list } = setUp();
    const { hash } = approvals.ask(SUBJECT);
    expect(() => approvals.check({ as: 'anna', hash: 'deadbeef' })).toThrow(
      `no question of this run has the hash deadbeef; open: ${hash} (Full recovery)`,
    );
    expect(list[0]?.state).toBe('asked');
  });

  it('is that to the same question of another incident', () => {
    const lastWeek = setUp(null, 'run-0').approvals.ask(SUBJECT);
    const { approvals } = setUp();
    expect(approvals.ask(SUBJECT).hash).not.toBe(lastWeek.hash);
    expect(() => approvals.check({ as: 'anna', hash: lastWeek.hash })).toThrow(/no question of this run/);
  });

  it('does not hit the next question where it names none', () => {
    const { approvals } = setUp();
    approvals.end(approvals.ask(SUBJECT), 'withdrawn');
    const { hash } = approvals.ask({ ...SUBJECT, precondition: 'port taken' });
    expect(() => approvals.check({ as: 'anna' })).toThrow(`add the hash of the one you mean; open: ${hash}`);
    expect(() => approvals.check({ as: 'anna', hash })).not.toThrow();
  });

  it('does not hit the same question asked again where it names none', () => {
    const { approvals } = setUp();
    approvals.end(approvals.ask(SUBJECT), 'withdrawn');
    const { hash } = approvals.ask(SUBJECT);
    expect(() => approvals.check({ as: 'anna' })).toThrow(`add the hash of the one you mean; open: ${hash}`);
  });

  it('is not taken when it was let through and its time is over by then', () => {
    const { approvals, pass } = setUp();
    const asked = approvals.ask(SUBJECT);
    approvals.check({ as: 'anna' });
    pass(5 * 3_600_000);
    expect(approvals.answer({ as: 'anna' }, 'approved').state).toBe('expired');
    expect(asked).toMatchObject({ state: 'expired', answeredBy: null });
  });

  it('comes too late when its time is over, whoever noticed that', () => {
    const { approvals, pass } = setUp();
    const { hash } = approvals.ask(SUBJECT);
    pass(5 * 3_600_000);
    expect(() => approvals.check({ as: 'anna', hash })).toThrow(/expired at/);
  });
});

describe('an answer in advance', () => {
  const inAdvance = true;
  const hash = hashOfQuestion(SUBJECT);

  it('is kept until its question is asked, and only where it says so', () => {
    const { approvals } = setUp();
    expect(() => approvals.check({ as: 'anna', hash })).toThrow(/to answer in advance, say so/);
    approvals.check({ as: 'anna', hash, inAdvance });
    expect(approvals.answer({ as: 'anna', hash, inAdvance }, 'approved').state).toBe('kept');
    expect(approvals.ask(SUBJECT)).toMatchObject({ state: 'approved', answeredBy: 'anna' });
  });

  it('counts for exactly its question, once, and with the role', () => {
    const { approvals } = setUp();
    expect(() => approvals.check({ as: 'nobody', hash, inAdvance })).toThrow(/may not answer/);
    expect(() => approvals.check({ as: 'anna', inAdvance })).toThrow(/say the hash/);
    approvals.answer({ as: 'carla', hash, inAdvance }, 'approved');
    approvals.answer({ as: 'anna', hash: hashOfQuestion({ ...SUBJECT, host: 'h2' }), inAdvance }, 'approved');
    expect(approvals.ask(SUBJECT).state).toBe('asked');
  });

  it('does not count for the same question asked again, whoever else gave one', () => {
    const { approvals } = setUp();
    for (const as of ['anna', 'bela']) approvals.answer({ as, hash, inAdvance }, 'approved');
    expect(approvals.ask(SUBJECT).state).toBe('approved');
    expect(approvals.ask(SUBJECT).state).toBe('asked');
  });

  it('is a yes where the person said no before', () => {
    const { approvals } = setUp();
    approvals.answer({ as: 'anna', hash, inAdvance }, 'rejected');
    approvals.answer({ as: 'ANNA@corp', hash, inAdvance }, 'approved');
    expect(approvals.ask(SUBJECT)).toMatchObject({ state: 'approved', answeredBy: 'ANNA@corp' });
  });

  it('of no stays when so many answers are given that not all are kept', () => {
    const { approvals } = setUp();
    const fill = () => {
      for (let other = 0; other < 19; other++) {
        approvals.answer({ as: 'bela', hash: other.toString(16).padStart(8, '0'), inAdvance }, 'approved');
      }
    };
    approvals.answer({ as: 'anna', hash, inAdvance }, 'rejected');
    fill();
    approvals.answer({ as: 'bela', hash, inAdvance }, 'approved');
    expect(approvals.ask(SUBJECT)).toMatchObject({ state: 'rejected', answeredBy: 'anna' });
  });

  it('is what a person said last, and a no goes before a yes', () => {
    const { approvals } = setUp();
    approvals.answer({ as: 'anna', hash, inAdvance }, 'approved');
    approvals.answer({ as: 'anna', hash, inAdvance }, 'rejected');
    approvals.answer({ as: 'bela', hash, inAdvance }, 'approved');
    expect(approvals.ask(SUBJECT)).toMatchObject({ state: 'rejected', answeredBy: 'anna' });
  });
});

describe('a no', () => {
  const small: ApprovalSubject = { ...SUBJECT, risk: 'change', title: 'Remedy', precondition: 'unit is failed' };

  it('to a smaller remedy stands against the full recovery', () => {
    const { approvals } = setUp();
    const { hash } = approvals.ask(small);
    expect(approvals.refusalOf(SUBJECT)).toBeUndefined();
    approvals.answer({ as: 'anna', hash }, 'rejected');
    expect(approvals.refusalOf(SUBJECT)).toMatchObject({ hash, answeredBy: 'anna' });
  });

  it('stands against the same question, and not against another small one', () => {
    const { approvals } = setUp();
    approvals.end(approvals.ask(small), 'expired');
    expect(approvals.refusalOf(small)).toMatchObject({ state: 'expired' });
    expect(approvals.refusalOf({ ...small, precondition: 'redis is down' })).toBeUndefined();
  });
});

describe('hashOf', () => {
  it('is the sha256 of the canonical JSON', () => {
    expect(hashOf({ a: 1 })).toBe('015abd7f');
    expect(hashOf({ b: [1, { d: null, c: 'x' }], a: 1 })).toBe(hashOf({ a: 1, b: [1, { c: 'x', d: null }] }));
  });
});
