import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { Alert } from '../shared/alert';
import type { IncidentView } from '../shared/incident';

/** An alert of this incident fired or resolved. Sent by intake, with or without a start. */
export const alertSignal = defineSignal<[Alert]>('alert');

/** The incident as it stands. */
export const timelineQuery = defineQuery<IncidentView>('timeline');
