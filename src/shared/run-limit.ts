/** Of the input of every workflow that goes on for long. */
export interface RunLimit {
  /**
   * A run of more events than this goes on in a new one. Travels from run to run.
   *
   * @default 1,000
   */
  maxEvents?: number;
}
