/** The commands that pages, Temporal UI and the command line itself tell people to paste. Each is whole as it stands. */

/** Takes an incident: nobody else is paged for a while. */
export function ackCommand(incidentId: string): string {
  return `halcyon ack ${quoted(incidentId)}`;
}

/** Says yes to one question; "reject" in place of "approve" says no. */
export function approveCommand(incidentId: string, hash: string): string {
  return `halcyon approve ${quoted(incidentId)} --hash ${hash}`;
}

/** Ids come from alert names: whatever is no plain word is quoted for the shell. */
export function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
