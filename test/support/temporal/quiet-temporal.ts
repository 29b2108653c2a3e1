/** For tests that make a connection or a worker: only what goes wrong is printed. */
export { quietTemporal } from '../../../src/temporal/quiet';
