import type { Task } from '../task';

/** `pip list --outdated`. Listed and never installed: an update is a release of KingFisher, for people. */
export const packages: Task = {
  cite: 'G.4',
  title: 'Outdated dependencies',
  async work(site) {
    const { venv, installed, outdated, dropped } = await site.look('Outdated dependencies', (host) =>
      host.observeOutdatedPackages(),
    );
    const of = `of ${installed} packages in ${venv}`;
    if (outdated.length === 0) return { state: 'nothingToDo', detail: `none ${of} is outdated` };
    const lines = outdated.map(({ name, version, latest }) => `${name} ${version}, latest is ${latest}`);
    const more = dropped > 0 ? [`and ${dropped} more`] : [];
    return { state: 'done', detail: `${outdated.length + dropped} ${of} are outdated`, lines: [...lines, ...more] };
  },
};
