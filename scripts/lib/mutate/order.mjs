/** Which tests to ask first: those that noticed most of a file's mutants so far, then the quick ones. */
export class Order {
  #noticed = new Map();

  /** `tookMs`: by the path of a test. */
  constructor(tookMs) {
    this.tookMs = tookMs;
  }

  /** One more mutant of `file` was noticed by `test`. */
  count(file, test) {
    const counts = this.#noticed.get(file) ?? new Map();
    counts.set(test, (counts.get(test) ?? 0) + 1);
    this.#noticed.set(file, counts);
  }

  sorted(file, tests) {
    const counts = this.#noticed.get(file) ?? new Map();
    const noticed = (test) => counts.get(test) ?? 0;
    const took = (test) => this.tookMs.get(test) ?? 0;
    return [...tests].sort((a, b) => noticed(b) - noticed(a) || took(a) - took(b));
  }
}
