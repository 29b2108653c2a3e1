import type { SettingState, SettingValue } from '../../shared/safety/lease';
import type { LeaseMemory } from './lease-memory';

/** What to do about what was seen. */
export type Move =
  | { kind: 'set'; expected: SettingValue; value: SettingValue }
  | { kind: 'overtaken' }
  /** It has the wished value already, and not from us. */
  | { kind: 'needless' };

/**
 * What to do so that the setting becomes `target`: the value that is wished, or null for the original. A lease that does not
 * know an original has it from the ledger of the host, where a lease before it, or a run before it, changed the setting.
 */
export function decideMove(memory: LeaseMemory, seen: SettingState, target: SettingValue | null): Move {
  const { view } = memory;
  const { value: current, ledger } = seen;
  const isOurs = ledger !== undefined && ledger.hand !== 'another';
  const isFirst = view.original === null;
  view.current = current;
  view.original ??= isOurs ? ledger.original : current;
  const value = target ?? view.original!;
  if (isFirst && !isOurs && current === value) return { kind: 'needless' };
  if (current !== view.original && isAnothers(memory, seen)) return { kind: 'overtaken' };
  // Noted before it is tried: from now on it may stand there.
  if (target !== null && !memory.ours.includes(target)) memory.ours.push(target);
  return { kind: 'set', expected: current!, value };
}

/** The host itself says so; where it knows of no change, a value that Halcyon never wrote does. */
function isAnothers({ ours }: LeaseMemory, { value, ledger }: SettingState): boolean {
  return ledger === undefined ? !ours.includes(value!) : ledger.hand === 'another';
}
