import type { ChecklistItem } from '../../shared/follow-up';
import { listed } from '../../shared/text/text';

/**
 * The item that a person means, by its key or its line of the document.
 *
 * @throws Error in one line that says which there are
 */
export function itemOf(items: readonly ChecklistItem[], named: string): ChecklistItem {
  const wanted = named.trim().toLowerCase();
  const exact = items.find(({ key }) => key.toLowerCase() === wanted);
  if (exact !== undefined) return exact;
  const found = items.filter(({ cite }) => cite.toLowerCase() === wanted);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only !== undefined) throw new Error(`"${named}" names more than one item: ${keysOf(found)}`);
  if (items.length === 0) throw new Error('it is not filled in yet: look again in a minute');
  throw new Error(`there is no item "${named}"; there are ${keysOf(items)}`);
}

/** @throws Error where nobody has to do it any more */
export function openItemOf(items: readonly ChecklistItem[], named: string): ChecklistItem {
  const item = itemOf(items, named);
  if (item.state === 'open') return item;
  const name = nameOf(item);
  if (item.state === 'known') throw new Error(`${name} was filled in by Halcyon: nobody has to do it`);
  throw new Error(`${name} is ${item.state} already, by ${item.endedBy ?? 'nobody'} at ${item.endedAt ?? 'no time'}`);
}

export function isOpen({ state }: Pick<ChecklistItem, 'state'>): boolean {
  return state === 'open';
}

/** `I.4 meeting` */
export function nameOf({ cite, key }: Pick<ChecklistItem, 'cite' | 'key'>): string {
  return cite === '' ? key : `${cite} ${key}`;
}

function keysOf(items: readonly ChecklistItem[]): string {
  return listed(items.map(nameOf));
}
