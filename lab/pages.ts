import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { scenesAsHtml } from './pages/html';
import { playScene } from './pages/play';
import type { PlayedScene } from './pages/played';
import { SCENES } from './pages/scenes';
import { formatScene } from './pages/side-by-side';

interface PagesOptions {
  html?: string;
  json?: boolean;
  list?: boolean;
}

const DEFAULT_COLUMNS = 160;
const WRONG_USAGE = 2;

/** `npm run pages`: plays endings of incidents in virtual time, and prints what people were paged with. */
async function main(): Promise<void> {
  const program = new Command('npm run pages --')
    .description('play how incidents end, and print the pages that people get, in Slack and PagerDuty side by side')
    .argument('[scene...]', 'only these; see --list (default: all)')
    .option('--html <file>', 'write them to an HTML file too')
    .option('--json', 'print one JSON object per scene, and nothing else')
    .option('--list', 'print the names of the scenes')
    .parse();
  const options = program.opts<PagesOptions>();
  if (options.list === true) return say(SCENES.map(({ name, story }) => `${name.padEnd(40)} ${story}`).join('\n'));
  const unknown = program.args.filter((name) => !SCENES.some((scene) => scene.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`no such scene: ${unknown.join(', ')}; --list prints those that there are\n`);
    process.exitCode = WRONG_USAGE;
    return;
  }
  const played = await playAll(program.args, options);
  if (options.html !== undefined) writeFileSync(options.html, scenesAsHtml(played));
}

async function playAll(names: readonly string[], { json }: PagesOptions): Promise<PlayedScene[]> {
  const played: PlayedScene[] = [];
  for (const scene of SCENES.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const one = await playScene(scene, { onProgress: (line) => process.stderr.write(`${line}\n`) });
    say(json === true ? JSON.stringify(one) : formatScene(one, process.stdout.columns ?? DEFAULT_COLUMNS));
    played.push(one);
  }
  return played;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

void main().catch((err: unknown) => {
  process.stderr.write(`pages: ${err instanceof Error ? err.message : String(err)}\n`);
  process.exit(1);
});
