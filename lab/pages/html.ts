import type { PlayedPage, PlayedScene } from './played';
import { heading, rowsOf } from './side-by-side';

/** The scenes as one HTML page that needs nothing else: two columns, the story hidden until it is wanted. */
export function scenesAsHtml(scenes: readonly PlayedScene[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Pages of Halcyon</title>
<style>
  body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
  .row { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; margin: 0.6rem 0; align-items: start; }
  .page { border: 1px solid #8886; border-left: 4px solid #611f69; border-radius: 4px; padding: 0.6rem 0.8rem; overflow-wrap: anywhere; }
  .pagerduty { border-left-color: #06ac38; grid-column: 2; }
  .to { color: #777; font-size: 0.85em; }
  pre { font: inherit; white-space: pre-wrap; margin: 0.4rem 0 0; }
  summary { color: #777; cursor: pointer; }
</style>
</head>
<body>
<h1>Pages of Halcyon</h1>
<p>Slack at the left, PagerDuty at the right. The bold line is what a push shows. Read it first, then what really happened.</p>
${scenes.map(sceneAsHtml).join('\n')}
</body>
</html>
`;
}

function sceneAsHtml({ name, story, outcome, pages }: PlayedScene): string {
  const rows = rowsOf(pages).map(
    ({ slack, pagerduty }) => `<div class="row">${[...slack, ...pagerduty].map(pageAsHtml).join('')}</div>`,
  );
  return `<section>
<h2>${escaped(name)}</h2>
${rows.join('\n')}
<details><summary>What really happened</summary>${escaped(story)} It ended: ${escaped(outcome)}.</details>
</section>`;
}

function pageAsHtml(page: PlayedPage): string {
  const lines = page.lines.length === 0 ? '' : `<pre>${escaped(page.lines.join('\n'))}</pre>`;
  return `<div class="page ${page.channel}"><div class="to">${escaped(heading(page))}</div><b>${escaped(page.title)}</b>${lines}</div>`;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
