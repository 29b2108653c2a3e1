const path = require('node:path');
const { writeSync } = require('node:fs');

/**
 * A reporter for jest that says how long each file of tests took, and ends jest at the first test that fails: one is
 * enough, and others may wait for a long time.
 */
module.exports = class WhatRan {
  onTestResult({ path: file }, { perfStats: { start, end } }) {
    writeSync(2, `ran ${path.relative('', file)} in ${end - start} ms\n`);
  }

  onTestCaseResult(file, { status, fullName, failureMessages }) {
    if (status !== 'failed') return;
    // Written at once: the process ends with the next statement.
    writeSync(2, `✕ ${path.relative('', file.path)}: ${fullName}\n${failureMessages.join('\n')}\n`);
    process.exit(1);
  }
};
