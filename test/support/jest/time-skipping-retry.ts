/**
 * The time-skipping server never gives a workflow its next task once it refused the result of one. It does so where a real
 * server does not: when a command cancels an activity or a timer that ended in that same moment (sdk-java#2606 and #3088; core
 * then warns of ACTIVITY_UNKNOWN). Nothing here can prevent it, so a test of such a server gets one more. What failed the
 * first time is printed.
 */
jest.retryTimes(1, { logErrorsBeforeRetry: true, retryImmediately: true });
