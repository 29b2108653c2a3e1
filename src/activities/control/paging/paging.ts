import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { createRedactor } from '../../../host/redact';
import type { Redact } from '../../../host/redact';
import type { IncidentView } from '../../../shared/incident';
import { endInWords } from '../../../shared/summary/run-end';
import { pageMessage } from './page-message';
import type { IncidentKnowledge, PageMessage } from './page-message';
import { pagerdutyAction, sendToPagerduty } from './page-pagerduty';
import type { PagerdutySettings } from './page-pagerduty';
import { postToSlack, slackClient } from './page-slack';
import type { SlackSettings } from './page-slack';
import { describeChain, describeRun } from '../run-status';
import { slackText } from './slack-text';
import type { PageInput, PagingActivities } from '../types';
import { notDelivered } from './page-failures';

/** `pagers:` of halcyon.yaml. */
export interface PagerSettings {
  slack: SlackSettings;
  pagerduty: PagerdutySettings;
}

export interface PagingDeps {
  client: Client;
  pagers: PagerSettings;
  /** Temporal UI, for links; null for none. */
  uiUrl: string | null;
  namespace: string;
  now: () => Date;
  logger: { warn(facts: object, message: string): void };
}

/** An incident that does not say within this time what it did is paged without. */
const QUERY_MS = 3_000;
/** The clocks of Slack and of the controller need not agree. */
const CLOCKS_DIFFER_MS = 300_000;

/** Pages people. What an incident did and found is read from it at that moment. */
export function createPagingActivities(deps: PagingDeps): PagingActivities {
  const { client, pagers, uiUrl, namespace, now, logger } = deps;
  const redact = createRedactor(secretsOf(pagers));
  const slack = slackClient(pagers.slack);
  const warn = (facts: object, message: string) => logger.warn(facts, message);

  async function message(input: PageInput): Promise<PageMessage> {
    const incident = isBrief(input) ? 'notAnIncident' : await knowledge(client, input);
    // Temporal's clock, as every time that a page tells.
    const at = new Date(Context.current().info.currentAttemptScheduledTimestampMs);
    return redacted(pageMessage(input, incident, { uiUrl, namespace }, at), redact);
  }

  return {
    async pageSlack(input) {
      if (pagers.slack.token === null) throw notDelivered('Slack has no token: set pagers.slack.token');
      const { attempt, scheduledTimestampMs } = Context.current().info;
      const since = new Date(Math.min(scheduledTimestampMs, Date.parse(input.subject.startsAt)) - CLOCKS_DIFFER_MS);
      const mayBeThere = attempt > 1 || input.repeated === true || (await wasReset(client));
      const text = slackText(await message(input));
      return await postToSlack({ client: slack, warn }, input, text, { mayBeThere, since });
    },
    async pagePagerduty(input) {
      const action = pagerdutyAction(input);
      if (action === null) return { dedupKey: '' };
      const content = action === 'acknowledge' ? null : await message(input);
      return await sendToPagerduty(pagers.pagerduty, input, action, content, now());
    },
  };
}

/** Whether the run that pages was reset in Temporal UI: it may have sent this before. Where nobody knows, it may. */
async function wasReset(client: Client): Promise<boolean> {
  const { workflowExecution } = Context.current().info;
  if (workflowExecution === undefined) return false;
  const { workflowId, runId } = workflowExecution;
  try {
    const run = await client.withDeadline(Date.now() + QUERY_MS, () => describeRun(client, workflowId, runId));
    return Boolean(run?.raw.workflowExtendedInfo?.lastResetTime);
  } catch {
    return true;
  }
}

/** Messages that say nothing of the incident's state. */
function isBrief({ page, subject }: PageInput): boolean {
  return !['tier', 'asked', 'monitoring', 'note'].includes(page.kind) || !subject.workflowId.startsWith('incident/');
}

/** A run's status comes before what its view last said: a cancelled one still says that it waits for an approval. */
async function knowledge(client: Client, { subject }: PageInput): Promise<IncidentKnowledge> {
  const { workflowId, runId } = subject;
  let ended: string | null = null;
  try {
    return await client.withDeadline(Date.now() + QUERY_MS, async () => {
      const run = await describeChain(client, workflowId, runId);
      ended = run === undefined || isAtWork(run.status.name) ? null : endInWords(run.status.name);
      const view = await client.workflow.getHandle(workflowId, run?.runId ?? runId).query<IncidentView>('timeline');
      return { view, ended };
    });
  } catch {
    return { unknown: `no answer within ${QUERY_MS / 1_000} s`, ended };
  }
}

/** One that completed has closed its incident; a page that is still on its way then is no alarm of its own. */
function isAtWork(status: string): boolean {
  return ['RUNNING', 'CONTINUED_AS_NEW', 'COMPLETED'].includes(status);
}

/** Labels, logs and findings come from elsewhere: whatever looks like a secret in them stays here. */
function redacted(message: PageMessage, redact: Redact): PageMessage {
  return {
    title: redact(message.title),
    facts: message.facts.map(({ lines, ...fact }) => ({ ...fact, lines: lines.map((line) => redact(line)) })),
    asks: message.asks.map((text) => redact(text)),
    commands: message.commands,
    links: message.links.map(({ name, url }) => ({ name, url: redact(url) })),
  };
}

function secretsOf({ slack, pagerduty }: PagerSettings): string[] {
  return [...(slack.token === null ? [] : [slack.token]), ...Object.values(pagerduty.routingKeys)];
}
