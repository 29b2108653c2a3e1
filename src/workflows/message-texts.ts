/**
 * What Temporal UI says of each message beside its button. Whoever reads it at night may never have seen this program:
 * what a person may send says what it does and with which JSON; what parts of Halcyon say to each other says so.
 */
const BY_HALCYON = 'Said by Halcyon itself; not for people. ';
const KEPT = 'The same as the update of this name, for when no controller runs: Temporal keeps it until one does. ';

/** Options of `setHandler`, by the name of the definition in `messages.ts`. */
export const texts = {
  // Of an incident.
  alert: told(`${BY_HALCYON}Intake tells what Alertmanager says: the alert fires, or is resolved.`),
  turn: told(`${BY_HALCYON}The guard of the host answers: your turn, wait, refused, paused or resumed.`),
  escalated: told(`${BY_HALCYON}The escalation tells whom it paged and who has it.`),
  leaseChanged: told(`${BY_HALCYON}A lease tells what became of a change that this incident asked for.`),
  timeline: told('The whole incident as JSON: state, findings, what was seen and changed, open questions.'),
  acknowledge: told(
    'You have it: nobody else is paged for a while. Send {"as": "your name", "for": "30m"}; without "for", as long as the configuration says. As a command: halcyon ack.',
  ),
  approve: told(
    'Say yes to what the incident asks. Send {"as": "your name", "hash": "…"} with the hash of the question. As a command: halcyon approve.',
  ),
  reject: told(
    'Say no to what the incident asks. Send {"as": "your name", "hash": "…"} with the hash of the question. As a command: halcyon reject.',
  ),
  close: told(
    'Say that the incident is over: Halcyon looks at the host once more and ends it. Send {"as": "your name", "reason": "why"}. As a command: halcyon incident close.',
  ),
  approveSignal: told(`${KEPT}It needs the hash.`),
  rejectSignal: told(`${KEPT}It needs the hash.`),
  closeSignal: told(KEPT),

  // Of every workflow that goes on for long.
  moveOn: told(`${BY_HALCYON}Another build of the controller is current: it goes on under that one when it can.`),

  // Of an escalation.
  escalateNow: told(`${BY_HALCYON}The first tier is paged now: automation cannot help.`),
  helpless: told(`${BY_HALCYON}Nothing automatic is left; whether people are paged now is a matter of the plan.`),
  routed: told(`${BY_HALCYON}The alert became worse, and its route calls more people, or sooner.`),
  acknowledged: told(
    'Somebody has it until a time: nobody else is paged before. Send {"as": "your name", "until": "2026-11-23T03:30:00Z"}. As a command: halcyon ack, which also works when the incident is gone.',
  ),
  asked: told(`${BY_HALCYON}The incident asks people something.`),
  note: told(`${BY_HALCYON}A line for those who were paged, such as what became of a question.`),
  standing: told(`${BY_HALCYON}How the host is now: down, well, or well while the alert still fires.`),
  closed: told(`${BY_HALCYON}The incident is over: everybody who was paged is told, and PagerDuty resolves.`),
  escalation: told('Who was paged when and by what way, who has it, and who is paged next.'),

  // Of a guard.
  requestTurn: told(`${BY_HALCYON}An incident or a lease wants to change this host, and waits for its turn.`),
  releaseTurn: told(`${BY_HALCYON}Its turn is over.`),
  noteChange: told(`${BY_HALCYON}It begins a change; restarts are counted.`),
  pause: told(
    'No new change begins on this host; looking, paging and undoing go on. Send {"by": "your name", "reason": "why", "for": "2h"}. As a command: halcyon pause.',
  ),
  resume: told(
    'Your pause of this host ends; with "all", everybody\'s. Send {"by": "your name", "all": false}. As a command: halcyon resume.',
  ),
  pauseSignal: told(KEPT),
  resumeSignal: told(KEPT),
  guard: told(
    'Who may change this host now, who waits, which pauses hold, and how many restarts there were this hour.',
  ),

  // Of a lease.
  requestLease: told(`${BY_HALCYON}An incident or a command wants this value for a while.`),
  release: told(
    'The setting gets its original value back now. Send {"by": "your name", "reason": "why"}. As a command: halcyon leases release.',
  ),
  releaseLease: told(
    'The same as the update "release", kept by Temporal until a controller runs. Send {"by": "your name", "reason": "why"}.',
  ),
  extend: told(
    'The lease lasts longer. Send {"by": "your name", "reason": "why", "for": "1h"}, counted from now. As a command: halcyon leases extend.',
  ),
  lease: told('The setting, its original and its present value, who wants it, until when, and what happened.'),
} as const;

function told(description: string): { description: string } {
  return { description: description.trim() };
}
