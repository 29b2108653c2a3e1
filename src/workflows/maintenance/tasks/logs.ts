import { size } from '../../../shared/text/sizes';
import type { Task } from '../task';

const CHANGE_MS = 180_000;

/** `du -sh /var/log/kingfisher/` and `logrotate -f /etc/logrotate.d/kingfisher`, "if needed". */
export const logs: Task = {
  cite: 'G.1',
  title: 'Log sizes and rotation',
  async work(site) {
    const { files, bytes, rotateAboveBytes } = await site.look('Log sizes', (host) => host.observeLogSizes());
    const are = `${files} logs have ${size(bytes)}`;
    if (rotateAboveBytes === null) {
      return { state: 'notConfigured', detail: `${are}; agent.kingfisher.logrotate is not set: none is rotated` };
    }
    const limit = size(rotateAboveBytes);
    if (bytes <= rotateAboveBytes) return { state: 'nothingToDo', detail: `${are}; rotated above ${limit}` };
    if (site.isDryRun) return { state: 'planned', detail: `${are}, more than ${limit}: logrotate would run` };
    const change = await site.change('Rotate the logs', CHANGE_MS, (host, permit) =>
      host.ensureLogsRotated({ permit }),
    );
    const detail = `${size(change.before.bytes)} before, ${size(change.after.bytes)} after`;
    return { state: change.changed ? 'done' : 'nothingToDo', detail, lines: change.notes };
  },
};
