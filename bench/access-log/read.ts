import { readAccessLog } from '../../src/host/logs/access/access-log';

/** A process of its own, so that its memory is what the reader costs: `read FILE WINDOW_MS`. */
async function main([file = '', windowMs = '0']: string[]): Promise<void> {
  const { tally, evidence } = await readAccessLog(file, Number(windowMs), new AbortController().signal);
  const maxRssMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  const [unauthorized = 0, forbidden = 0, limited = 0] = tally.counts;
  process.stdout.write(JSON.stringify({ evidence, maxRssMiB, refused: unauthorized + forbidden + limited }));
}

main(process.argv.slice(2)).catch((err: unknown) => {
  process.stderr.write(`${err instanceof Error ? err.stack : String(err)}\n`);
  process.exitCode = 1;
});
