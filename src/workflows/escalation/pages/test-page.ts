import { proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { PageKind, PagingActivities } from '../../../activities/control/types';
import { CHANNEL_NAMES } from '../../../shared/paging/escalation';
import type { Subject } from '../../../shared/paging/escalation';
import type { TestPageInput, TestPageResult, TestTarget } from '../../../shared/paging/test-page';
import { isExpected, isFinal } from './sent-page';
import { reason } from '../../runbook/step-failures';

/** A person waits for the answer: what does not work now is told, and not tried for hours as a real page is. */
const ATTEMPTS = 3;
const WITHIN_MS = 120_000;

/**
 * One clearly marked page by each way that a person wants to try, by the activities, tokens and keys of real pages. What
 * was opened in PagerDuty is resolved again, also when the controller dies in between.
 */
export async function testPage({ by, targets, urgency, openForMs }: TestPageInput): Promise<TestPageResult[]> {
  const subject = subjectOf(by, urgency === 'low' ? 'info' : 'critical');
  const sent = await Promise.all(
    targets.map((target) => attempt(subject, target, { kind: 'test', by, urgency }, `Test page to ${wayTo(target)}`)),
  );
  const isOpen = targets.some(({ channel }, at) => channel === 'pagerduty' && sent[at] === null);
  if (isOpen && openForMs > 0) await sleep(openForMs, { summary: 'PagerDuty may ring' });
  return await Promise.all(targets.map((target, at) => concluded(subject, target, by, sent[at] ?? null)));
}

interface Fault {
  text: string;
  /** Refused, so that nothing was opened; else nobody knows. */
  isRefused: boolean;
}

async function concluded(
  subject: Subject,
  target: TestTarget,
  by: string,
  fault: Fault | null,
): Promise<TestPageResult> {
  const accepted = fault === null;
  if (target.channel === 'slack') {
    return { ...target, accepted, resolved: null, detail: fault?.text ?? `by ${target.team.slackChannel}` };
  }
  if (fault?.isRefused === true) return { ...target, accepted, resolved: null, detail: fault.text };
  const notResolved = await attempt(subject, target, { kind: 'testOver', by }, `Resolve ${wayTo(target)} again`);
  const byWhom = fault?.text ?? `by ${target.team.pagerdutyService}`;
  const detail =
    notResolved === null
      ? `${byWhom}${accepted ? ', and resolved again' : ''}`
      : `${byWhom}; it may be open still, resolve it in PagerDuty: ${notResolved.text}`;
  return { ...target, accepted, resolved: notResolved === null, detail };
}

/** Null when Slack or PagerDuty accepted it. */
async function attempt(
  subject: Subject,
  { team, channel }: TestTarget,
  page: PageKind,
  summary: string,
): Promise<Fault | null> {
  const { pageSlack, pagePagerduty } = proxyActivities<PagingActivities>({
    startToCloseTimeout: '15s',
    scheduleToCloseTimeout: WITHIN_MS,
    retry: { initialInterval: '1s', maximumAttempts: ATTEMPTS },
    summary,
  });
  const key = `${subject.runId}/${page.kind}/${team.slackChannel ?? team.pagerdutyService}/${channel}`;
  try {
    if (channel === 'slack') await pageSlack({ subject, team, page, key, threadTs: null });
    else await pagePagerduty({ subject, team, page, key });
    return null;
  } catch (err) {
    if (!isExpected(err)) throw err;
    return { text: reason(err), isRefused: isFinal(err) };
  }
}

function wayTo({ team, channel }: TestTarget): string {
  return `${team.name} by ${CHANNEL_NAMES[channel]}`;
}

/** What the page is about: the test itself. */
function subjectOf(by: string, severity: string): Subject {
  const { workflowId, runId, startTime } = workflowInfo();
  return {
    workflowId,
    runId,
    firing: 1,
    runbook: 'testPage',
    alertname: 'HalcyonTestPage',
    host: null,
    severity,
    startsAt: startTime.toISOString(),
    summary: `Test page of ${by}`,
  };
}
