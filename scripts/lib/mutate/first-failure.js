const path = require('node:path');
const { writeSync } = require('node:fs');

/** Tests of these get one more try (test/support/jest/time-skipping-retry.ts): only the second failure counts. */
const TRIED_AGAIN = /^test\/workflows\//;

/** A reporter for jest that ends it at the first test that fails: one is enough, and others may wait for a long time. */
module.exports = class FirstFailure {
  onTestCaseResult(test, { status, fullName, failureMessages, invocations }) {
    const file = path.relative('', test.path);
    if (status !== 'failed' || (TRIED_AGAIN.test(file) && invocations < 2)) return;
    // Written at once: the process ends with the next statement.
    writeSync(2, `✕ ${file}: ${fullName}\n${failureMessages.join('\n')}\n`);
    process.exit(1);
  }
};
