import type { ReportDocument } from '../shared/report/document';
import { toHtml } from './html/page';
import { toMarkdown } from './markdown';

export type ReportFormat = 'html' | 'md' | 'json';

/** Ends with the end of a line. */
export function render(report: ReportDocument, format: ReportFormat): string {
  switch (format) {
    case 'html':
      return toHtml(report);
    case 'md':
      return toMarkdown(report);
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
  }
}
