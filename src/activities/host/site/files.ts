import type { ImagesRequest } from '../../../shared/observations/images/images';
import { WEEKDAYS } from '../../../shared/observations/images/images';
import { NOT_CONFIGURED } from './need';
import type { Need, Site } from './need';

const MINUTE_MS = 60_000;
const ALWAYS: ImagesRequest['hours'] = { days: [...WEEKDAYS], from: '00:00', to: '00:00', timeZone: 'UTC' };

/** Logs, and the folder of images. */
export function fileNeeds({ settings: { kingfisher }, activities }: Site): Need[] {
  const { logFile, accessLog, imagesDir } = kingfisher;
  return [
    {
      what: logFile === 'none' ? "KingFisher's log" : `KingFisher's log ${logFile}`,
      places: ['A.diagnosis', 'B.diagnosis', 'B.4', 'E.1', 'F.3'],
      remedy: 'set agent.kingfisher.logFile',
      why: async () => {
        if (logFile === 'none') return NOT_CONFIGURED;
        return whyNot((await activities.observeLogTail({ lines: 1 })).evidence);
      },
    },
    {
      what: accessLog === 'none' ? 'the access log' : `the access log ${accessLog}`,
      places: ['C.diagnosis', 'C.1', 'C.2', 'C.3'],
      remedy: 'set agent.kingfisher.accessLog',
      why: async () => {
        if (accessLog === 'none') return NOT_CONFIGURED;
        const { evidence, detail } = await activities.observeAccess({ windowMs: MINUTE_MS });
        return whyNot(evidence, detail);
      },
    },
    {
      what: `the folder of images ${imagesDir}`,
      places: ['B.2', 'E.diagnosis'],
      remedy: 'set agent.kingfisher.imagesDir, and agent.backup.layout to how images are filed',
      why: async () => {
        const { evidence, why } = await activities.observeImages({ stalledAfterMs: MINUTE_MS, hours: ALWAYS });
        return whyNot(evidence, why);
      },
    },
  ];
}

const WORDS = {
  absent: 'it is not there',
  malformed: 'it cannot be read',
  stale: 'nothing was written to it for long: perhaps it is another file by now',
};

function whyNot(evidence: 'present' | keyof typeof WORDS, detail = ''): string | undefined {
  if (evidence === 'present') return undefined;
  return detail === '' ? WORDS[evidence] : `${WORDS[evidence]} (${detail})`;
}
