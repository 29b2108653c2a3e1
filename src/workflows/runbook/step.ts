/** A titled action of a runbook and the place in the document that it comes from. */
export interface Step {
  cite: string;
  title: string;
}
