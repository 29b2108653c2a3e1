/** Of the tests that reach a mutant, how many are asked before all others. */
const NEAREST = 2;

/** Which tests to ask first: those that noticed mutants in the lines around, then those that are quick. */
export class Order {
  #noticed = [];

  /** A mutant in this line of `file` was noticed by a test: `by` is its file, and `test` its full name. */
  count(noticed) {
    this.#noticed.push(noticed);
  }

  /** What is asked in turn. */
  groups(tests, { file, line }) {
    const sorted = this.#sorted(tests, { file, line });
    const isQuick = ({ name }) => name === undefined;
    const [quick, others] = [sorted.filter(isQuick), sorted.filter((test) => !isQuick(test))];
    return [quick, others.slice(0, NEAREST), others.slice(NEAREST)];
  }

  #sorted(tests, { file, line }) {
    const noticed = this.#noticed.filter((one) => one.file === file);
    const nearest = ({ file: by, name }) => {
      const lines = noticed.filter((one) => one.by === by && (name === undefined || one.test === name));
      return Math.min(...lines.map((one) => Math.abs(one.line - line)));
    };
    const byDistance = (a, b) => (nearest(a) === nearest(b) ? a.tookMs - b.tookMs : nearest(a) - nearest(b));
    return [...tests].sort(byDistance);
  }
}
