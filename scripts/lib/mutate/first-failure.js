const path = require('node:path');

/** A reporter for jest that ends it at the first test that fails: one is enough, and others may wait for a long time. */
module.exports = class FirstFailure {
  onTestCaseResult(file, { status, fullName, failureMessages }) {
    if (status !== 'failed') return;
    // Written at once: the process ends with the next statement.
    require('node:fs').writeSync(2, `✕ ${path.relative('', file.path)}: ${fullName}\n${failureMessages.join('\n')}\n`);
    process.exit(1);
  }
};
