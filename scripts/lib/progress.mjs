/**
 * One line of progress. On standard error: standard output belongs to the command, which may be asked for JSON.
 */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Does `work` and says what it was and how long it took, also when it fails. */
export async function timed(title, work) {
  const started = performance.now();
  try {
    const result = await work();
    say(`✓ ${title} (${seconds(started)})`);
    return result;
  } catch (error) {
    say(`✗ ${title} (${seconds(started)})`);
    throw error;
  }
}

function seconds(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}
