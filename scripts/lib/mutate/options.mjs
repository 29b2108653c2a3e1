import { parseArgs } from 'node:util';
import { availableParallelism } from 'node:os';

export const HELP = `Usage: npm run mutate -- [options] FILE|PROMISE [...]

Changes the sources one line at a time, in a copy, and looks whether a test notices. Promises are listed in
test/mutations.json, with the survivors that were argued.

  --sample N     only N of the mutants, drawn by the seed
  --seed S       makes the same choice again (default: 1)
  --again FILE   only those that survived the run whose --json output FILE has: to see that new tests notice them
  --jobs N       mutants that are tested side by side (default: one for each processor)
  --timeout S    seconds that the tests of one mutant may take; longer counts as noticed, and is said so
                 (default: 60, and three times what those take with the sources as they are)
  --list         print the mutants and test nothing
  --json         a last line for programs: {"mutants":N,"killed":N,"argued":N,"survivors":[…]}
  --help         this

Exit codes: 0 when every mutant was noticed or argued; 1 when one survived; 2 for a wrong usage, or tests that fail by
themselves.
`;

const NUMBERS = { sample: null, seed: 1, jobs: availableParallelism(), timeout: null };

/** @throws Error for a wrong usage */
export function optionsOf(args) {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { sample: text, seed: text, again: text, jobs: text, timeout: text, list: flag, json: flag, help: flag },
  });
  const numbers = Object.entries(NUMBERS).map(([name, otherwise]) => [name, numberOf(name, values[name], otherwise)]);
  return { ...values, ...Object.fromEntries(numbers), words: positionals };
}

function numberOf(name, text, otherwise) {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`--${name}: expected a whole number from 1, got "${text}"`);
  return number;
}
