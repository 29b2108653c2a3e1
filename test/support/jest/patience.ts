/**
 * A host that boots while two others do takes its time; it gives up by itself, and leaves nothing, before a hook does, which
 * would leave it to boot on with nobody to take it down.
 */
jest.setTimeout(180_000);
