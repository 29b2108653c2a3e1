/**
 * What became of one alert.
 * - `started`: it began an incident. `signalled`: it reached an open one.
 * - `duplicate`: Temporal has the very same alert already.
 * - `closedEpisode`: its episode belongs to a closed incident. `nothingOpen`: it is resolved, and nothing is open.
 */
export type DeliveryOutcome = 'started' | 'signalled' | 'duplicate' | 'closedEpisode' | 'nothingOpen';

export interface Delivery {
  workflowId: string;
  outcome: DeliveryOutcome;
}
