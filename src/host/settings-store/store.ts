import type { Evidence } from '../../shared/observations/change';
import type { SettingValue } from '../../shared/safety/lease';

/** How a place is, beyond the one value in it. */
export interface Mark {
  /** Digest of all that stands there. */
  content: string;
  /** Another one after each writing, also of the same content. */
  writing: string;
}

/** A setting as it stands where it lives. */
export interface Found {
  evidence: Evidence;
  /** Null unless present. */
  value: SettingValue | null;
  /** Changes with every write: an etag, or a digest of the file. */
  version: string;
  /** What is wrong with it; empty when present. */
  detail: string;
  /** Absent where the place has none: a block in the kernel. */
  mark?: Mark;
  /** Where the place itself ends the value: so long from now. */
  endsInMs?: number;
}

/** One setting in one place. */
export interface SettingStore {
  /** Where it lives, for people: a file's path, or `config_entries`. */
  place: string;
  read(signal?: AbortSignal): Promise<Found>;
  /**
   * Writes `value` if the place still is what `found` says, value and version. `false`, with nothing written, when
   * somebody else wrote in between.
   *
   * @throws HostError where the place cannot be written, or the value cannot stand there.
   */
  replace(found: Found, value: SettingValue, signal?: AbortSignal): Promise<boolean>;
}

/** What a text format makes of a file: where the setting's value is in it. Pure. */
export interface TextFormat {
  /** `undefined` when the text has no such key; a text when it cannot be relied on, which says why. */
  find(text: string): { value: SettingValue } | string | undefined;
  /**
   * The same text with another value, nothing else changed.
   *
   * @throws HostError `UnsafeSelector` when that cannot be done.
   */
  change(text: string, value: SettingValue): string;
}
