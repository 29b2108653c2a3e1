import type { OldImages } from '../../../shared/observations/maintenance';
import type { ApprovalSubject } from '../../../shared/safety/approval';
import { size } from '../../../shared/text/sizes';
import type { Task, TaskResult, TaskSite } from '../task';

const CITE = 'G.2';
const REMOVAL_MS = 3_600_000;

/** `find data/images/ -name "*.jpg" -mtime +7 -delete`: counted first, and many only with approval. */
export const images: Task = {
  cite: CITE,
  title: 'Old images removed',
  async work(site) {
    const found = await site.look('Images that are old', (host) => host.observeOldImages());
    const are = `${found.files} images (${size(found.bytes)}) are older than ${found.writtenBefore}`;
    if (found.files === 0) return { state: 'nothingToDo', detail: 'no image is old enough', lines: found.notes };
    if (found.files > found.approvedLimit) {
      const remedy = 'look why there are so many, then raise agent.maintenance.images.approvedLimit';
      return { state: 'notDone', detail: `${are}: more than ${found.approvedLimit} are never removed; ${remedy}` };
    }
    const needsApproval = found.files > found.limit;
    if (site.isDryRun) {
      const first = needsApproval ? `, with approval since they are more than ${found.limit}` : '';
      return { state: 'planned', detail: `${are} and would be removed${first}`, lines: found.notes };
    }
    return await remove(site, found, needsApproval);
  },
};

async function remove(site: TaskSite, found: OldImages, needsApproval: boolean): Promise<TaskResult> {
  const { files, writtenBefore } = found;
  if (needsApproval) {
    const { state, answeredBy } = await site.ask(subjectOf(site.host, found));
    if (state !== 'approved') {
      const how = state === 'rejected' ? `${answeredBy} said no` : 'nobody said yes within the window';
      return { state: 'notDone', detail: `${files} images are old, more than ${found.limit}: ${how}` };
    }
  }
  const approved = needsApproval ? files : null;
  const change = await site.change('Remove old images', REMOVAL_MS, (host, permit) =>
    host.ensureOldImagesRemoved({ permit, writtenBefore, approved }),
  );
  const gone = change.before.files - change.after.files;
  const detail = `${gone} images removed (${size(change.before.bytes)}), ${change.after.files} old ones left`;
  return {
    state: change.changed ? 'done' : 'nothingToDo',
    detail,
    lines: [...new Set([...found.notes, ...change.notes])],
  };
}

function subjectOf(host: string, { files, bytes, limit, writtenBefore }: OldImages): ApprovalSubject {
  return {
    risk: 'removeImages',
    host,
    cite: CITE,
    title: 'Remove old images',
    arguments: { images: files, bytes, writtenBefore },
    precondition: `they are more than ${limit} (agent.maintenance.images.limit)`,
  };
}
