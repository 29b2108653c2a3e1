import { TypedSearchAttributes } from '@temporalio/common';
import type { Route } from '../alerts/routing';
import type { Alert } from '../shared/alert';
import { FIRST_STATE } from '../shared/incident';
import { escapeMarkdown } from '../shared/text/markdown';
import { searchAttributes } from '../shared/search-attributes';

/** Temporal refuses a start whose summary is beyond 400 bytes, whose details are beyond 20,000, as JSON. */
const MAX_SUMMARY_BYTES = 380;
const MAX_DETAILS_BYTES = 19_000;
/** What its SQL visibility stores of a keyword, in characters. */
const MAX_KEYWORD = 255;

/** What, where, since: the line that engineers see in Temporal UI's list. */
export function staticSummary(alert: Alert, route: Route): string {
  const what = alert.annotations['summary'] ?? (alert.alertname || 'alert without a name');
  const where = ` — ${route.host ?? 'unknown host'} since ${alert.startsAt.slice(0, 19)}Z`;
  const escaped = escapeMarkdown(what.replace(/\s+/g, ' '));
  return `${cut(escaped, MAX_SUMMARY_BYTES - jsonBytes(where))}${where}`;
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
  const details = [
    `Runbook **${route.runbook}** for alert **${escapeMarkdown(alert.alertname)}**`,
    ...(route.note === undefined ? [] : [escapeMarkdown(route.note)]),
    ...(links.length === 0 ? [] : [links.join(' · ')]),
    ['| label | value |', '| --- | --- |', ...rows(alert.labels)].join('\n'),
    ['| annotation | value |', '| --- | --- |', ...rows(alert.annotations)].join('\n'),
  ];
  return cut(details.join('\n\n'), MAX_DETAILS_BYTES);
}

export function incidentSearchAttributes(alert: Alert, route: Route): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: searchAttributes.host, value: route.host ?? 'unknown' },
    { key: searchAttributes.alert, value: (alert.alertname || 'unknownAlert').slice(0, MAX_KEYWORD) },
    { key: searchAttributes.severity, value: (alert.labels['severity'] ?? 'unknown').slice(0, MAX_KEYWORD) },
    { key: searchAttributes.state, value: FIRST_STATE },
    { key: searchAttributes.tier, value: 0 },
  ]);
}

/** Only what is a web address becomes a link: annotations are whatever somebody wrote. */
function linkTo(name: string, url: string | undefined): string[] {
  if (url === undefined || !/^https?:\/\/[^\s()<>"]+$/.test(url)) return [];
  return [`[${name}](${url})`];
}

/** The longest start of `text` that takes at most `maxBytes` in JSON, with an ellipsis where something is missing. */
function cut(text: string, maxBytes: number): string {
  if (jsonBytes(text) <= maxBytes) return text;
  let kept = '';
  let bytes = jsonBytes('…');
  for (const character of text) {
    bytes += jsonBytes(character);
    if (bytes > maxBytes) break;
    kept += character;
  }
  return `${kept}…`;
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}
