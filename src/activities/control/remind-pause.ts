import type { Pause } from '../../shared/guard';
import type { CoordinationActivities } from './types';

export interface RemindDeps {
  /** Says a line to the team on duty. */
  post(text: string): Promise<void>;
}

/** A pause that nobody remembers is an outage that nobody heals. */
export function createRemindPauseActivities({ post }: RemindDeps): Pick<CoordinationActivities, 'remindPause'> {
  return {
    async remindPause({ host, pause }) {
      await post(reminder(host, pause));
    },
  };
}

function reminder(host: string, { by, reason, since, until }: Pause): string {
  const when = `since ${utc(since)} and until ${utc(until)}`;
  return `Halcyon changes nothing on ${host}: paused by ${by} ${when} (${reason}). To end it: halcyon resume --host ${host}`;
}

/** `2026-11-23 03:00 UTC` */
function utc(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
