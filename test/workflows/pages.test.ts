import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { playScene } from '../../lab/pages/play';
import { SCENES } from '../../lab/pages/scenes';
import { bundleWorkflows } from '../support/bundle';
import { appendFileSync } from 'node:fs';

let workflowBundle: WorkflowBundleWithSourceMap;

beforeAll(async () => {
  workflowBundle = await bundleWorkflows();
});

jest.setTimeout(180_000);

it.each(SCENES.map((scene) => [scene.name, scene] as const))('%s', async (_, scene) => {
  const played = await playScene(scene, { workflows: { workflowBundle } });
  appendFileSync('/tmp/wt/pages-out.txt', `\n##### ${scene.name}: ${played.outcome}\n` + played.pages.map((p) => `-- +${(p.afterMs/1000).toFixed(0)}s ${p.channel} ${p.to} ${p.kind} ${p.isReply}\n${p.title}\n${p.lines.join('\n')}`).join('\n'));
});
