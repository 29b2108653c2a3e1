/**
 * A source with all of its mutants in it, each turned on by its number in the environment (HALCYON_MUTANT): one bundle of
 * workflows, and one transformation, do for all of them. `cover` instead of a number: nothing is changed, and each place
 * that is reached is printed once.
 *
 * @param mutants those of one file, each with its `id`
 */
export function withMutants(source, mutants) {
  const inOrder = [...mutants].sort((a, b) => a.start - b.start || b.end - a.end);
  return `${render(source, 0, source.length, inOrder)}\n${SWITCH}`;
}

/** What `output` of a run with `cover` says was reached: numbers of mutants. */
export function coveredIn(output) {
  return new Set([...output.matchAll(/@@reached (\d+)@@/g)].map(([, id]) => Number(id)));
}

/** In a workflow's sandbox there is no `process`: its bundle says which it is (test/support/temporal/bundle.ts). */
const SWITCH = `
function __mutant(id) {
  if (__mutant.on === undefined) {
    const own = typeof process === 'undefined' ? '' : process.env['HALCYON_MUTANT'];
    __mutant.on = (typeof HALCYON_MUTANT === 'undefined' ? own : HALCYON_MUTANT) ?? '';
    __mutant.reached = new Set();
  }
  if (__mutant.on === 'cover' && !__mutant.reached.has(id)) {
    __mutant.reached.add(id);
    const line = '@@reached ' + id + '@@\\n';
    if (typeof process === 'undefined') console.log(line);
    else process.stderr.write(line);
  }
  return __mutant.on === String(id);
}
`;

/** `source` from `start` to `end`, with the mutants that lie in there, the outer ones first. */
function render(source, start, end, mutants) {
  let text = '';
  let at = start;
  for (let left = mutants; left.length > 0;) {
    const { start: from, end: to } = left[0];
    const same = left.filter((one) => one.start === from && one.end === to);
    const inside = left.filter((one) => !same.includes(one) && one.end <= to);
    const original = render(source, from, to, inside);
    text += source.slice(at, from) + same.reduce(switched, original);
    at = to;
    left = left.filter((one) => one.start >= to);
  }
  return text + source.slice(at, end);
}

/** A statement that is gone, or another expression. */
function switched(original, { id, kind, text }) {
  if (kind === 'removed') return `{ if (!__mutant(${id})) { ${original} } }`;
  return `(__mutant(${id}) ? ${text} : (${original}))`;
}
