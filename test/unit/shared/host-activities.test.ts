import { HOST_ACTIVITIES, activitiesAskedBy } from '../../../src/shared/host-activities';
import { lackingOf } from '../../../src/workflows/runbook/agent-version';

it('an agent that lacks what one page alone asks for is too old for that page, and for no other', () => {
  const older = HOST_ACTIVITIES.filter((name) => name !== 'observeImages');
  expect(lackingOf(older, 'imageProcessingStalled')).toEqual(['observeImages']);
  expect(lackingOf(older, 'serviceDown')).toEqual([]);
  expect(lackingOf(older, 'emergencyRecovery')).toEqual([]);
});

it('what all pages ask for is missed by all', () => {
  const older = HOST_ACTIVITIES.filter((name) => name !== 'ensureRestarted');
  expect(lackingOf(older, 'serviceDown')).toEqual(['ensureRestarted']);
  expect(lackingOf(older, 'imageProcessingStalled')).toEqual(['ensureRestarted']);
  expect(activitiesAskedBy('imageProcessingStalled')).toContain('observeImages');
});
