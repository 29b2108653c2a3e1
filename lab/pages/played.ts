/** A page as Slack or PagerDuty got it. */
export interface PlayedPage {
  /** Milliseconds after the alert began. */
  afterMs: number;
  team: string;
  channel: 'slack' | 'pagerduty';
  /** `#platform-alerts`, or the PagerDuty service and what the event does there: `trigger`, `acknowledge`, `resolve`. */
  to: string;
  /** What kind of message it is: a tier's page, a question, a note … */
  kind: string;
  /** In Slack, a message below another one. */
  isReply: boolean;
  /** What a push shows. */
  title: string;
  /** Everything below it, as its reader sees it. */
  lines: string[];
}

/** A scene with everything that people got to see of it, in the order of time. */
export interface PlayedScene {
  name: string;
  /** What really happens on the host: what the reader of the pages does not know. */
  story: string;
  pages: PlayedPage[];
  outcome: string;
}
