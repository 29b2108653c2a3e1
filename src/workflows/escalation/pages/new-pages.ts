import type { PageKind } from '../../../activities/control/types';
import type { Subject, Urgency } from '../../../shared/paging/escalation';
import type { Approval } from '../../../shared/safety/approval';
import type { DueTier } from '../clock';
import { channelsOf, pageKey } from './sent-page';
import type { SentPage } from './sent-page';

/**
 * The pages of a tier that is due: one for each channel of its team; where it has none, one that is not delivered and has no
 * key. `question`: what Slack says in place of the page. `ended`: how the incident's run
 * ended, where it did.
 */
export function newPages(
  subject: Subject,
  { tier, chosen, senior, collapsed, reason }: DueTier,
  at: string,
  { urgency, question, ended }: { urgency: Urgency; question: Approval | null; ended: string | null },
): SentPage[] {
  const { key, team } = chosen;
  const about = { kind: 'tier', tier, senior, collapsed, reason, urgency } as const;
  const kind: PageKind = ended === null ? about : { ...about, ended };
  const base = { at, tier, team: key, teamName: team.name, pagedTeam: team, kind, collapsed, delivered: false };
  const channels = channelsOf(team);
  if (channels.length === 0) {
    return [{ ...base, channel: 'slack', key: '', detail: `${team.name} has no channel`, progress: 'failed' }];
  }
  return channels.map((channel) => ({
    ...base,
    channel,
    ...(channel === 'slack' && question !== null ? { question } : {}),
    key: pageKey(subject, tier, key, channel),
    detail: 'being sent',
    progress: 'sending',
  }));
}
