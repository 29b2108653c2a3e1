import { defineSearchAttributeKey } from '@temporalio/common';

/** What engineers filter incidents by in Temporal UI. Registered at start-up: an unknown one fails a workflow for ever. */
export const searchAttributes = {
  host: defineSearchAttributeKey('HalcyonHost', 'KEYWORD'),
  alert: defineSearchAttributeKey('HalcyonAlert', 'KEYWORD'),
  severity: defineSearchAttributeKey('HalcyonSeverity', 'KEYWORD'),
  /** An `IncidentState`. */
  state: defineSearchAttributeKey('HalcyonState', 'KEYWORD'),
  tier: defineSearchAttributeKey('HalcyonTier', 'INT'),
  outcome: defineSearchAttributeKey('HalcyonOutcome', 'KEYWORD'),
} as const;
