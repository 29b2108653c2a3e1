/** What is asked on the way, between one act and the next. Both throw when there shall be no next. */
export interface ChangeContext {
  signal?: AbortSignal | undefined;
  /** Right before an act that cannot be taken back: another may have the turn by now. */
  mayStillChange?: (() => void) | undefined;
}
