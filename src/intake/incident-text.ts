import { TypedSearchAttributes } from '@temporalio/common';
import type { Route } from '../alerts/routing';
import type { Alert } from '../shared/alert';
import { escapeMarkdown } from '../shared/markdown';
import { searchAttributes } from '../shared/search-attributes';

/** Temporal keeps at most 400 bytes of a summary. */
const MAX_SUMMARY = 180;

/** What, where, since: the line that engineers see in Temporal UI's list. */
export function staticSummary(alert: Alert, route: Route): string {
  const what = alert.annotations['summary'] ?? (alert.alertname || 'alert without a name');
  const text = `${what} — ${route.host ?? 'unknown host'} since ${alert.startsAt.slice(0, 19)}Z`;
  return text.replace(/\s+/g, ' ').slice(0, MAX_SUMMARY);
}

/** The alert that began the incident, as Markdown. */
export function staticDetails(alert: Alert, route: Route): string {
  const rows = (record: Record<string, string>) =>
    Object.entries(record).map(([name, value]) => `| ${escapeMarkdown(name)} | ${escapeMarkdown(value)} |`);
  const links = [
    ...linkTo('Prometheus', alert.generatorURL),
    ...linkTo('Alertmanager', alert.externalURL),
    ...linkTo('Runbook', alert.annotations['runbook_url']),
  ];
  return [
    `Runbook **${route.runbook}** for alert **${escapeMarkdown(alert.alertname)}**`,
    ...(route.note === undefined ? [] : [escapeMarkdown(route.note)]),
    ...(links.length === 0 ? [] : [links.join(' · ')]),
    ['| label | value |', '| --- | --- |', ...rows(alert.labels)].join('\n'),
    ['| annotation | value |', '| --- | --- |', ...rows(alert.annotations)].join('\n'),
  ].join('\n\n');
}

export function incidentSearchAttributes(alert: Alert, route: Route): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: searchAttributes.host, value: route.host ?? 'unknown' },
    { key: searchAttributes.alert, value: alert.alertname || 'unknownAlert' },
    { key: searchAttributes.severity, value: alert.labels['severity'] ?? 'unknown' },
    { key: searchAttributes.state, value: 'diagnosing' },
    { key: searchAttributes.tier, value: 0 },
  ]);
}

/** Only what is a web address becomes a link: annotations are whatever somebody wrote. */
function linkTo(name: string, url: string | undefined): string[] {
  if (url === undefined || !/^https?:\/\/[^\s()<>"]+$/.test(url)) return [];
  return [`[${name}](${url})`];
}
