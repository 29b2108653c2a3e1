/** The commands that pages, Temporal UI and the command line itself tell people to paste. Each is whole as it stands. */

/** Takes an incident: nobody else is paged for a while. */
export function ackCommand(incidentId: string): string {
  return `halcyon ack ${quoted(incidentId)}`;
}

/** Says yes to one question; "reject" in place of "approve" says no. */
export function approveCommand(incidentId: string, hash: string): string {
  return `halcyon approve ${quoted(incidentId)} --hash ${hash}`;
}

/** Nothing new is begun on a host for two hours; the reason is the reader's to fill in. */
export function pauseCommand(host: string): string {
  return `halcyon pause --host ${quoted(host)} --for 2h --reason "…"`;
}

/** Ends one's own pause of a host. */
export function resumeCommand(host: string): string {
  return `halcyon resume --host ${quoted(host)}`;
}

/** Gives a setting its original value back; the reason is the reader's to fill in. */
export function releaseLeaseCommand(host: string, setting: string): string {
  return `halcyon leases release ${quoted(host)} ${quoted(setting)} --reason "…"`;
}

/** Shows a checklist, with what ends each of its items. */
export function checklistCommand(id: string): string {
  return `halcyon checklist ${quoted(id)}`;
}

/** The report of one run of an incident. */
export function reportCommand(incidentId: string, runId: string): string {
  return `halcyon report ${quoted(incidentId)} --run ${runId}`;
}

/** Ids come from alert names: whatever is no plain word is quoted for the shell. */
function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
