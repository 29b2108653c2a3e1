import type { ChecklistItem } from '../../shared/follow-up';
import type { FollowUpView, ItemAssignment, ItemEnd, ItemSkip } from '../../shared/post-incident/checklist';
import { itemAssignment, itemEnd, itemSkip } from '../../shared/shape/people';
import { KEPT, query, signal, update } from './define';

export const finishItemUpdate = update<ChecklistItem, ItemEnd>(
  'finishItem',
  itemEnd,
  'An item is done. Send {"item": "I.4", "by": "your name", "note": "what came of it"}. As a command: halcyon checklist … done.',
);
export const assignItemUpdate = update<ChecklistItem, ItemAssignment>(
  'assignItem',
  itemAssignment,
  'Somebody has to do an item. Send {"item": "I.5", "to": "their name", "by": "your name", "due": "2026-12-01T12:00:00Z"}. As a command: halcyon checklist … assign.',
);
export const skipItemUpdate = update<ChecklistItem, ItemSkip>(
  'skipItem',
  itemSkip,
  'An item is not done, and why. Send {"item": "I.4", "by": "your name", "reason": "why"}. As a command: halcyon checklist … skip.',
);
export const finishItemSignal = signal<ItemEnd>('finishItem', itemEnd, KEPT);
export const assignItemSignal = signal<ItemAssignment>('assignItem', itemAssignment, KEPT);
export const skipItemSignal = signal<ItemSkip>('skipItem', itemSkip, KEPT);
export const checklistQuery = query<ChecklistItem[]>(
  'checklist',
  'The items: who has to do each until when, and what became of it.',
);
export const followUpQuery = query<FollowUpView>(
  'followUp',
  'What this checklist follows, its items, when people are reminded next, and who did what.',
);
