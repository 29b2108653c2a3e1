import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { render } from '../../report/render';
import type { ReportFormat } from '../../report/render';
import type { ReportDocument } from '../../shared/report/document';
import { plain } from '../incident/print-timeline';
import { UsageError } from '../support/usage';

/** How a report is given to whoever asked for it. */
export interface HandOptions {
  html?: boolean;
  md?: boolean;
  json?: boolean;
  output?: string;
}

/** To standard output, or into a file. */
export async function hand(document: ReportDocument, options: HandOptions): Promise<void> {
  const { output } = options;
  const text = render(document, formatOf(options));
  if (output === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    await writeFile(output, text);
  } catch (err) {
    throw new Error(`${plain(output)} cannot be written: ${(err as Error).message}`, { cause: err });
  }
  process.stdout.write(`${plain(document.title)}: written to ${plain(output)}\n`);
}

/** As it was asked for, else as the file's name says, else Markdown. */
export function formatOf({ html, md, json, output }: HandOptions): ReportFormat {
  const asked = Object.entries({ html, md, json }).flatMap(([name, isAsked]) => (isAsked === true ? [name] : []));
  if (asked.length > 1)
    throw new UsageError(`report: expected one of --html, --md and --json, got --${asked.join(' and --')}`);
  const [only = output === undefined ? 'md' : (EXTENSIONS[extname(output).toLowerCase()] ?? 'md')] = asked;
  return only as ReportFormat;
}

const EXTENSIONS: Record<string, ReportFormat> = { '.html': 'html', '.htm': 'html', '.md': 'md', '.json': 'json' };
