import { disagreements } from '../../../lab/gameday/change-rows';
import type { Compared } from '../../../lab/gameday/change-rows';
import type { ChangeRow } from '../../../src/store/changes';

const [ONE, OTHER] = ['a', 'b'].map((letter) => letter.repeat(32));
const UNIT = 'unit kingfisher.service';

function row(title: string, more: Partial<ChangeRow> = {}): ChangeRow {
  return {
    ...{
      source: 'incident',
      workflowId: 'incident/KingfisherServiceDown/h1',
      runId: 'r',
      n: 1,
      who: 'KingfisherServiceDown',
    },
    ...{ at: new Date(0), endedAt: new Date(1), why: '', cite: 'A.1', status: 'done' as const, detail: '' },
    ...{ title, before: null, after: null, ...more },
  };
}

const restart = (more: Partial<ChangeRow> = {}) =>
  row('Restart KingFisher', { after: { unit: 'kingfisher.service' }, ...more });
const started = { thing: UNIT, before: `${ONE} failed restarts=0`, after: `${OTHER} active restarts=0` };

const NOTHING = { differences: [], at: -1 };
const said = (more: Partial<Compared>) =>
  disagreements({ rows: [], early: NOTHING, during: [], after: [], itself: [], ...more });

describe('the change log and the host', () => {
  it('agree where each difference has its row, and each row its difference', () => {
    expect(said({ rows: [restart()], during: [started] })).toEqual([]);
    const lease = row('Reduce openai.max_qps to 4', { after: { setting: 'openai.max_qps', value: 4 } });
    const undo = row('Put openai.max_qps back to 8', { source: 'lease', before: 4, after: 8 });
    const file = { thing: 'file /opt/kingfisher/config/kingfisher.json', before: 'x', after: 'y' };
    expect(said({ rows: [lease, undo], during: [file], after: [{ ...file, before: 'y', after: 'x' }] })).toEqual([]);
  });

  it('disagree where something was started, and no row says so', () => {
    expect(said({ during: [started] })).toEqual([`unrecorded: ${UNIT}: ${started.before} -> ${started.after}`]);
    expect(said({ rows: [restart({ status: 'noChange' })], during: [started] })).toHaveLength(1);
    expect(said({ rows: [restart({ status: 'skipped' })], during: [started] })).toHaveLength(1);
  });

  it('disagree where a row says what is not to be seen, but for one that says that it was so already', () => {
    expect(said({ rows: [restart()] })).toEqual(['recorded, and nothing differs: Restart KingFisher (incident)']);
    expect(said({ rows: [restart({ status: 'noChange' })] })).toEqual([]);
    expect(said({ rows: [restart({ status: 'failed' })] })).toEqual([]);
  });

  it('agree where a change was made before the fault was whole, and only then', () => {
    expect(said({ rows: [restart()], early: { differences: [started], at: 5 } })).toEqual([]);
    const late = restart({ at: new Date(6) });
    expect(said({ rows: [late], early: { differences: [started], at: 5 } })).toHaveLength(1);
  });

  it('need no row for a unit that ended, or that systemd started again, nor for what the fault does itself', () => {
    expect(said({ during: [{ ...started, after: `${ONE} inactive restarts=0` }] })).toEqual([]);
    expect(said({ during: [{ ...started, after: null }] })).toEqual([]);
    expect(said({ during: [{ ...started, before: null }] })).toHaveLength(1);
    expect(said({ during: [{ ...started, after: `${OTHER} active restarts=3` }] })).toEqual([]);
    expect(said({ during: [started], itself: [UNIT] })).toEqual([]);
  });
});
