import { z } from 'zod';
import { duration, section, someText, textWhere } from '../nouns';
import { absoluteFile } from '../paths';

const date = textWhere('a date such as "2026-03-25"', isDate);

const followUp = section({
  dueIn: duration({ min: '1h', max: '365d' }).prefault('14d'),
  remindEvery: duration({ min: '1h', max: '365d' }).prefault('7d'),
}).transform(({ dueIn, remindEvery }) => ({ dueInMs: dueIn, remindEveryMs: remindEvery }));

/** `maintenance:` what the monthly reviews look at besides hosts. */
export const reviews = section({
  // Of Grafana, as it exports them.
  dashboards: z.array(absoluteFile()).max(50).default([]),
  // The document that Halcyon follows says when it is to be reviewed next.
  reviewBy: z
    .record(someText('the title of a document'), date)
    .default({ 'KingFisher Operational Runbooks v1.1.0': '2025-09-25' }),
  followUp: followUp.prefault({}),
});

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
