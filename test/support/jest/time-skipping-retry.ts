/**
 * The time-skipping server now and then forgets to give time free again, and stands still; a test of it gets one more
 * server. What failed the first time is printed.
 */
jest.retryTimes(1, { logErrorsBeforeRetry: true });
