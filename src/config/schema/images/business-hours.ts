import { z } from 'zod';
import { WEEKDAYS } from '../../../shared/observations/images/images';
import { parseTimeOfDay } from '../../../shared/paging/duty';
import { section, textWhere } from '../nouns';

const timeOfDay = textWhere('a time of day such as "08:00"', (text) => parseTimeOfDay(text) !== undefined);

const timeZone = textWhere('a time zone such as "UTC" or "Europe/Berlin"', (text) => {
  try {
    return text !== '' && new Intl.DateTimeFormat('en-GB', { timeZone: text }).format() !== '';
  } catch {
    return false;
  }
});

/** When images are due: the document's trading hours by default. */
export const businessHours = section({
  days: z
    .array(z.enum(WEEKDAYS, { error: `expected days of ${WEEKDAYS.join(', ')}` }))
    .min(1, { error: 'expected at least one day' })
    .default([...WEEKDAYS]),
  from: timeOfDay.default('08:00'),
  to: timeOfDay.default('22:00'),
  timeZone: timeZone.default('UTC'),
});
