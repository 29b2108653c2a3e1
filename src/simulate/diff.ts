/** A line that only one of two texts has. */
export interface Difference {
  side: '-' | '+';
  line: string;
}

/** What must go from `from`, and come from `to`, in the order of both; empty when they are the same. */
export function diffLines(from: readonly string[], to: readonly string[]): Difference[] {
  const common = commonLengths(from, to);
  const differences: Difference[] = [];
  let [i, j] = [0, 0];
  while (i < from.length || j < to.length) {
    if (i < from.length && j < to.length && from[i] === to[j]) {
      i++;
      j++;
    } else if (j === to.length || (i < from.length && common[i + 1]![j]! >= common[i]![j + 1]!)) {
      differences.push({ side: '-', line: from[i++]! });
    } else {
      differences.push({ side: '+', line: to[j++]! });
    }
  }
  return differences;
}

/** `[i][j]`: how many lines `from` from i on and `to` from j on have in common, in order. */
function commonLengths(from: readonly string[], to: readonly string[]): number[][] {
  const lengths = Array.from({ length: from.length + 1 }, () => new Array<number>(to.length + 1).fill(0));
  for (let i = from.length - 1; i >= 0; i--) {
    for (let j = to.length - 1; j >= 0; j--) {
      lengths[i]![j] =
        from[i] === to[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  return lengths;
}
