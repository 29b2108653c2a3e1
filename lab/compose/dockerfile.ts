import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../project';

/** One line of a Dockerfile, continued lines joined. */
export interface Step {
  instruction: string;
  text: string;
}

/** What follows one FROM. */
export interface Stage {
  base: string;
  name: string | null;
  steps: Step[];
}

/** The stages of the project's Dockerfile, in their order. */
export function readStages(text = readFileSync(join(projectDir, 'Dockerfile'), 'utf8')): Stage[] {
  const lines = text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter(Boolean);
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, instruction = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (instruction === 'FROM') {
      const [base = '', , name = null] = rest.split(' ');
      stages.push({ base, name, steps: [] });
    } else {
      const stage = stages.at(-1);
      if (instruction === '' || stage === undefined) throw new Error(`Dockerfile: cannot be read: ${line}`);
      stage.steps.push({ instruction, text: rest });
    }
  }
  return stages;
}

/** Whether .dockerignore keeps a file of the project out of the build; `file` is relative. */
export function isIgnored(file: string, ignore = readFileSync(join(projectDir, '.dockerignore'), 'utf8')): boolean {
  const patterns = ignore.split('\n').filter(Boolean);
  return patterns.some((pattern) => {
    const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
    return new RegExp(`^${escaped}(/|$)`).test(file);
  });
}
