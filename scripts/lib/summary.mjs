/** How many tests passed, failed and were skipped. */
export const NOTHING = { passed: 0, failed: 0, skipped: 0 };

export function add(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/**
 * Counts a report of jest (`--json`, null when it wrote none) and its exit code. A file of tests that could not run
 * counts as one failure, and so does any other reason for which jest did not end well, or ran nothing.
 */
export function countJest(report, exitCode) {
  if (report === null) return { ...NOTHING, failed: 1 };
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  const isBad = exitCode !== 0 || report.numTotalTests === 0;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && isBad ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** Paths of the files of which a test failed, or that could not run. */
export function failedFiles(report) {
  return (report?.testResults ?? []).filter(({ status }) => status === 'failed').map(({ name }) => name);
}

/** Counts a report as if these files had not been run. */
export function countOthers(report, files) {
  const tests = report.testResults
    .filter(({ name }) => !files.includes(name))
    .flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
  const passed = tests.filter((status) => status === 'passed').length;
  return { passed, failed: 0, skipped: tests.length - passed };
}

export function format({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
