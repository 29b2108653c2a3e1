import { render } from '../../../src/report/render';
import type { BarChart, Chart, ReportDocument, SpanChart } from '../../../src/shared/report/document';
import { HOSTILE } from '../workflows/views';

const FROM = Date.parse('2026-11-23T10:00:00.000Z');
const minute = (n: number) => FROM + n * 60_000;

const LINES: Chart = {
  title: 'Pending events',
  unit: '',
  series: [
    {
      name: 'h1',
      points: [
        [minute(0), 3],
        [minute(5), 120],
        [minute(10), 2],
      ],
    },
    { name: 'h2', isPoints: true, points: [[minute(4), 40]] },
  ],
  marks: [{ at: minute(3), label: 'alert' }],
  limit: { value: 100, label: 'limit' },
};
const BARS: BarChart = {
  title: 'By day',
  unit: '',
  parts: [
    { name: 'healed', tone: 'good' },
    { name: 'unresolved', tone: 'bad' },
  ],
  bars: [
    { name: '11-23', values: [3, 1] },
    { name: '11-24', values: [0, 0] },
  ],
};
const SPANS: SpanChart = {
  title: 'From the alert to the end',
  from: minute(0),
  until: minute(10),
  rows: [
    { name: 'Restart KingFisher', spans: [{ from: minute(1), until: minute(2), label: 'restarted', tone: 'good' }] },
    { name: 'Pages', spans: [{ from: minute(5), until: minute(5), label: 'tier 1', tone: 'people' }] },
  ],
};

function report(more: Partial<ReportDocument> = {}): ReportDocument {
  return {
    title: 'KingfisherServiceDown on h1',
    summary: 'Healed.',
    facts: [{ name: 'Host', lines: ['h1'], commands: ['systemctl status kingfisher'] }],
    sections: [
      {
        ...{ title: 'Times', cite: 'A.1', summary: 'Well since.', lines: ['one', 'two'] },
        table: { head: ['What', 'Took', 'Empty'], rows: [['To heal', '42 s', '']] },
      },
      { title: 'Charts', summary: '', charts: [LINES], bars: [BARS], spans: [SPANS] },
    ],
    madeAt: '2026-11-23T11:00:00.000Z',
    ...more,
  };
}

/** The same text wherever a document may have some. */
function everywhere(text: string): ReportDocument {
  return report({
    ...{ title: text, summary: text, facts: [{ name: text, lines: [text], commands: [text] }] },
    sections: [
      {
        ...{ title: text, cite: text, summary: text, lines: [text], table: { head: [text], rows: [[text]] } },
        charts: [
          {
            ...LINES,
            title: text,
            unit: text,
            series: [{ name: text, points: LINES.series[0]!.points }],
            marks: [{ at: minute(1), label: text }],
            limit: { value: 5, label: text },
          },
        ],
        bars: [{ ...BARS, title: text, parts: [{ name: text, tone: 'good' }], bars: [{ name: text, values: [1] }] }],
        spans: [
          { ...SPANS, title: text, rows: [{ name: text, spans: [{ ...SPANS.rows[0]!.spans[0]!, label: text }] }] },
        ],
      },
    ],
  });
}

describe('as HTML', () => {
  const html = render(report(), 'html');

  it('is one file that loads and runs nothing', () => {
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<script|<link|<img|<iframe|\bsrc=|\bhref=|@import|url\(|\son\w+=/i);
  });

  it('has everything that the document has, but columns in which nothing stands', () => {
    for (const text of [
      'KingfisherServiceDown on h1',
      'Healed.',
      'systemctl status',
      'A.1',
      'To heal',
      '42 s',
      'two',
    ]) {
      expect(html).toContain(text);
    }
    expect(html).not.toContain('Empty');
    expect(html).toContain('data-name="Took"');
  });

  it('draws each chart once for wide screens and once for phones, with the same in words', () => {
    expect(html.match(/<svg class="wide"/g)).toHaveLength(3);
    expect(html.match(/<svg class="narrow"/g)).toHaveLength(3);
    expect(html).toContain('h1: 3 at 2026-11-23 10:00:00 UTC, 2 at 2026-11-23 10:10:00 UTC; from 2 to 120');
    expect(html).toContain('11-23: 3 healed, 1 unresolved');
    expect(html).toContain('Restart KingFisher: restarted, 2026-11-23 10:01:00 UTC to 2026-11-23 10:02:00 UTC');
    expect(html).toMatch(/@media print/);
    expect(html).toMatch(/max-width: 640px/);
  });

  it('marks its axes at round values and moments, and draws the limit and the marks', () => {
    for (const tick of ['>0<', '>50<', '>100<', '>10:00<', '>10:05<', '>10:10<', '>limit: 100<', '>alert<']) {
      expect(html).toContain(tick);
    }
  });

  it('says in words what has nothing to draw', () => {
    const empty = report({
      sections: [{ title: 'x', summary: '', charts: [{ ...LINES, series: [{ name: 'h1', points: [[NaN, 1]] }] }] }],
    });
    const text = render(empty, 'html');
    expect(text).toContain('h1: no values');
    expect(text).not.toContain('<svg');
  });

  it('takes any text for text', () => {
    const text = render(everywhere(`${HOSTILE}"onload='x' </style></title>]]>&lt;`), 'html');
    expect(text).not.toMatch(
      /<script|<h1>[^<]*<(?!\/h1)|<\/style>[^]*<\/style>|"onload|[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/,
    );
    expect(text).toContain('&lt;script&gt;');
    expect(text).toContain('&quot;onload=&#39;x&#39;');
  });

  it.each([
    [[[minute(0), 5]]],
    [
      [
        [minute(0), 0],
        [minute(1), 0],
      ],
    ],
    [
      [
        [minute(0), -3],
        [minute(9_999), 1e15],
      ],
    ],
    [
      [
        [minute(0), 1e-9],
        [minute(1), 2e-9],
      ],
    ],
    [Array.from({ length: 5_000 }, (_, n) => [minute(n), Math.sin(n)])],
  ] as [[number, number][]][])('draws any values within its edges: case %#', (points) => {
    for (const unit of ['', 'B', 's', '%']) {
      const chart = { title: 'x', unit, series: [{ name: 'a', points }] };
      const text = render(report({ sections: [{ title: 'x', summary: '', charts: [chart] }] }), 'html');
      expect(text).not.toMatch(/NaN|Infinity|undefined/);
      const [, ...drawn] = text.split('<svg ');
      for (const one of drawn) {
        const width = Number(/viewBox="0 0 (\d+)/.exec(one)![1]);
        const places = [...one.matchAll(/\b(?:c?x[12]?|cx)="(-?[\d.]+)"/g)].map(([, at]) => Number(at));
        expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...places)).toBeLessThanOrEqual(width);
        expect(one.length).toBeLessThan(30_000);
      }
    }
  });
});

describe('as Markdown', () => {
  const text = render(report(), 'md');

  it('has titles, facts, tables and the charts in words', () => {
    expect(text).toMatch(/^# KingfisherServiceDown on h1\n/);
    expect(text).toContain('- **Host**: h1; `systemctl status kingfisher`');
    expect(text).toContain('## Times (A.1)');
    expect(text).toContain('| What | Took |\n| --- | --- |\n| To heal | 42 s |');
    expect(text).toContain('- limit: 100');
  });

  it('takes any text for text', () => {
    for (const line of render(everywhere(`${HOSTILE}\n# head`), 'md').split('\n')) {
      // Where a line may begin with markup, it is the report's own; within a line all is escaped, or inside of backticks.
      const own = line
        .replace(/^(#{1,2} |- \*\*|- |\| )/, '')
        .replace(/`[^`]*`/g, '')
        .replace(/\*\*(?=:)/, '');
      expect(own.replace(/\\[^\w\s]/g, '')).not.toMatch(/[<>*_`[\]~\u0000-\u001f\u007f-\u009f\u202a-\u202e]|^#/);
    }
  });

  it.each(['# x', '- x', '1. x', '+ x', '=== x', '> x'])('"%s" begins no heading, list or quotation', (summary) => {
    const [, , second = ''] = render(report({ summary }), 'md').split('\n');
    expect(second).not.toMatch(/^(?:#|-|\d+\.|\+|=|>)/.test(summary) ? /^(?:[#+=>-]|\d+[.)])/ : /^$/);
  });
});

it('as JSON it is the document', () => {
  expect(JSON.parse(render(everywhere(HOSTILE), 'json'))).toEqual(everywhere(HOSTILE));
});
