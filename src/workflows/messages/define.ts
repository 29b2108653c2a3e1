import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { QueryDefinition, SignalDefinition, UpdateDefinition } from '@temporalio/common';
import type { Shape } from '../../shared/shape/shape';

/** What Temporal UI says of a message beside its button. */
interface Told {
  description: string;
}

export type Signal<T> = SignalDefinition<[T]> & Told & { shape: Shape<T> };
export type Update<R, T> = UpdateDefinition<R, [T]> & Told & { shape: Shape<T> };
export type Query<R> = QueryDefinition<R> & Told;

/** Whoever reads it at night may never have seen this program: what parts of Halcyon say to each other says so. */
export const BY_HALCYON = 'Said by Halcyon itself; not for people.';
export const KEPT =
  'The same as the update of this name, for when no controller runs: Temporal keeps it until one does.';

/** A signal: what workflows and intake say. Takes one plain JSON object, so that Temporal UI's own buttons can send it. */
export function signal<T>(name: string, shape: Shape<T>, description: string): Signal<T> {
  return { ...defineSignal<[T]>(name), shape, description };
}

/** An update: what people say. It answers, and refuses what cannot be. */
export function update<R, T>(name: string, shape: Shape<T>, description: string): Update<R, T> {
  return { ...defineUpdate<R, [T]>(name), shape, description };
}

export function query<R>(name: string, description: string): Query<R> {
  return { ...defineQuery<R>(name), description };
}
