import type { WorkflowSource } from '../../src/temporal/workflow-source';
import type { PlayedScene } from './played';
import type { Scene } from './scene';
import { PageStage } from './stage';

export interface PlayOptions {
  /** @default the build's, else today's sources */
  workflows?: WorkflowSource;
  onProgress?: (line: string) => void;
}

/** Plays one scene on a server of its own, and returns what people got to see. */
export async function playScene(scene: Scene, options: PlayOptions = {}): Promise<PlayedScene> {
  return await PageStage.with(async (stage) => {
    if (scene.agentIsAway !== true) await stage.agentComesUp();
    const outcome = await scene.play(stage);
    const pages = [...stage.recorder.pages].sort((a, b) => a.afterMs - b.afterMs);
    return { name: scene.name, story: scene.story, pages, outcome };
  }, options);
}
