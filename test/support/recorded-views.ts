import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { IncidentView } from '../../src/shared/incident';

interface RecordedEvents {
  events: { workflowExecutionCompletedEventAttributes?: { result?: { payloads?: { data: string }[] } } }[];
}

/** How a recorded incident ended: `serviceDown/healed`. */
export function recordedView(name: string): IncidentView {
  const file = path.join(__dirname, '..', 'replay', 'histories', `${name}.json`);
  const { events } = JSON.parse(readFileSync(file, 'utf8')) as RecordedEvents;
  const data = events.at(-1)?.workflowExecutionCompletedEventAttributes?.result?.payloads?.[0]?.data;
  if (data === undefined) throw new Error(`${name} did not end by itself`);
  return JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as IncidentView;
}
