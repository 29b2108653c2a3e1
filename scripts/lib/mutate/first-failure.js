/** A reporter for jest that ends it at the first test that fails: one is enough, and others may wait for a long time. */
module.exports = class FirstFailure {
  onTestCaseResult(_file, { status }) {
    if (status === 'failed') process.exit(1);
  }
};
