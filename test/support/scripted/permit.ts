import type { ChangePermit } from '../../../src/shared/safety/permit';

/** For a test that asks an agent directly. A token of 0 is no news to a fence, and is not written down. */
export const PERMIT: ChangePermit = { kind: 'change', token: 0, holder: 'a test' };
