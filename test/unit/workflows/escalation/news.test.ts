import { News } from '../../../../src/workflows/escalation/news';
import { question } from '../../../support/escalations';

const T0 = Date.parse('2026-11-23T03:00:00Z');
const UNTIL = '2026-11-23T03:30:00.000Z';
const END = { outcome: 'healed', summary: 'Restarted KingFisher' } as const;

function news(carried?: { askedKeys: string[]; notTaken: string[] }) {
  const onChange = jest.fn();
  return { news: new News(carried, onChange), onChange };
}

it.each<[string, (to: News) => void]>([
  ['an acknowledgement', (to) => to.acknowledged({ as: 'anna', until: UNTIL })],
  ['a question', (to) => to.asked(question(T0))],
  ['the end', (to) => to.closed(END)],
])('%s wakes the clock, and is something to do', (_, say) => {
  const { news: said, onChange } = news();
  expect(said.isEmpty).toBe(true);
  say(said);
  expect([said.isEmpty, onChange.mock.calls.length]).toEqual([false, 1]);
});

it('the newest acknowledgement counts, and the first end', () => {
  const { news: said } = news();
  said.acknowledged({ as: 'anna', until: UNTIL });
  said.acknowledged({ as: 'bela', until: UNTIL });
  said.closed(END);
  said.closed({ ...END, outcome: 'unresolved' });
  expect(said.newestAck).toEqual({ as: 'bela', until: Date.parse(UNTIL) });
  expect(said.closing).toBe(END);
});

it('a question is told once however often it comes, also in the run after', () => {
  const { news: said, onChange } = news();
  said.asked(question(T0));
  said.asked(question(T0));
  expect(onChange).toHaveBeenCalledTimes(1);
  expect([said.questions.next(), said.questions.next()]).toEqual([question(T0), undefined]);

  const { news: after } = news({ askedKeys: said.questions.told, notTaken: [] });
  after.asked(question(T0));
  expect(after.questions.isEmpty).toBe(true);
  after.asked(question(T0 + 1));
  expect(after.questions.next()).toEqual(question(T0 + 1));
});

it('of the questions that were told, the newest hundred are known', () => {
  const { news: said } = news();
  const questions = Array.from({ length: 101 }, (_, index) => question(T0 + index));
  for (const one of questions.slice(0, 100)) said.asked(one);
  expect(said.questions.told).toHaveLength(100);
  said.asked(questions[100]!);
  expect(said.questions.told).toHaveLength(100);
  expect(said.questions.told.at(-1)).toContain(questions[100]!.askedAt);
});

it('what cannot be taken is shown, the first ten of it', () => {
  const { news: said, onChange } = news({ askedKeys: [], notTaken: ['before'] });
  for (let times = 1; times <= 12; times++) said.notTaken(`nonsense ${times}`);
  expect(said.dropped).toHaveLength(10);
  expect(said.dropped.at(-1)).toMatch(/nonsense 9$/);
  expect([onChange.mock.calls.length, said.isEmpty]).toEqual([12, true]);
});
