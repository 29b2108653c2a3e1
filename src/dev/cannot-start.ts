/** Something that people mend, and try again; the message is all that they need. */
export class CannotStart extends Error {}
