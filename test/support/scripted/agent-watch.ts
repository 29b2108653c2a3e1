import { heartbeat, sleep } from '@temporalio/activity';
import type { HostActivities } from '../../../src/activities/host';
import type { WaitRequest } from '../../../src/shared/observations/readings';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import type { StandingReading, WatchRequest } from '../../../src/shared/observations/standing';

/** As an agent watches, on a server whose time does not skip: until there is something to tell. */
export function watchOf(host: ScriptedHost): (wanted: WatchRequest) => Promise<StandingReading> {
  return async (wanted) => {
    for (;;) {
      const reading = host.reading(wanted);
      if (reading.ended !== 'unchanged') return reading;
      heartbeat();
      await sleep(50);
    }
  };
}

/** As an agent waits, for a second or two: what a lease puts back takes its time. */
export function waitOf(host: ScriptedHost): HostActivities['waitUntil'] {
  const wait = async (wanted: WaitRequest) => {
    for (let looks = 1; ; looks++) {
      const verdict = host.waited(wanted);
      if (verdict.holds || wanted.deadlineMs === 0 || looks === 30) return verdict;
      heartbeat();
      await sleep(50);
    }
  };
  return wait as HostActivities['waitUntil'];
}
