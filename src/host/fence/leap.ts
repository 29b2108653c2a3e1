/** More than a guard counts in its life, even where grants were lost on their way. */
const FURTHEST_LEAP = 2 ** 32;

/** A guard counts by one. A number that leaps further is none of a guard's, and would leave no numbers for those that come. */
export function leapsTooFar(newest: number, next: number): boolean {
  return next > newest + FURTHEST_LEAP;
}
