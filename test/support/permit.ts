import type { ChangePermit } from '../../src/shared/permit';

/** For a test that asks an agent directly: the host's turn is its own. */
export const PERMIT: ChangePermit = { kind: 'change', token: 1, holder: 'a test' };
