/** Light, printable, readable on a phone; nothing is loaded from anywhere. */
export const STYLE = `
:root { color-scheme: light; --ink: #1d2430; --soft: #5b6472; --rule: #dfe3e8; --paper: #fff;
  --good: #2e8b57; --bad: #c0392b; --warning: #d68910; --people: #2f6fb3; --plain: #a9b2be; --unknown: #555f6d; }
* { box-sizing: border-box; }
html { background: #f4f5f7; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 960px; padding: 32px 40px 48px; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 8px; }
h2 { font-size: 19px; line-height: 1.3; margin: 36px 0 6px; padding-top: 14px; border-top: 1px solid var(--rule); }
h2 .cite { color: var(--soft); font-weight: 400; font-size: 15px; }
h3 { font-size: 15px; margin: 20px 0 4px; }
p { margin: 6px 0 10px; }
.lead { font-size: 18px; margin-bottom: 18px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 18px; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; }
ul { margin: 8px 0; padding-left: 20px; }
table { border-collapse: collapse; width: 100%; margin: 10px 0; font-size: 14px; line-height: 1.4; }
th, td { overflow-wrap: break-word; text-align: left; vertical-align: top; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--rule); }
th { color: var(--soft); font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th.medium { min-width: 10em; }
td.short { white-space: nowrap; font-variant-numeric: tabular-nums; }
figure { margin: 14px 0 18px; }
figcaption { font-size: 14px; color: var(--soft); margin-bottom: 4px; }
figcaption b { color: var(--ink); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 0 0 4px; padding: 0; list-style: none; font-size: 13px; }
.legend i { display: inline-block; width: 12px; height: 12px; border-radius: 2px; margin-right: 6px; vertical-align: -1px; }
.words { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
svg { display: block; width: 100%; height: auto; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
svg.narrow { display: none; }
.tick { fill: var(--soft); font-size: 11px; }
.row { fill: var(--ink); }
.grid { stroke: #eceff2; }
.axis { stroke: #b8c0ca; }
.mark { stroke: #7b8594; stroke-dasharray: 2 3; }
.mark-label { fill: var(--soft); font-size: 11px; }
.limit { stroke: var(--bad); stroke-dasharray: 6 4; }
.limit-label { fill: var(--bad); font-size: 11px; }
.fill-good { fill: var(--good); background: var(--good); }
.fill-bad { fill: var(--bad); background: var(--bad); }
.fill-warning { fill: var(--warning); background: var(--warning); }
.fill-people { fill: var(--people); background: var(--people); }
.fill-plain { fill: var(--plain); background: var(--plain); }
.fill-unknown { fill: var(--unknown); background: var(--unknown); }
polyline { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
.line-0 { stroke: #2f6fb3; background: #2f6fb3; --dot: #2f6fb3; }
.line-1 { stroke: #d68910; background: #d68910; --dot: #d68910; }
.line-2 { stroke: #2e8b57; background: #2e8b57; --dot: #2e8b57; }
.line-3 { stroke: #8e44ad; background: #8e44ad; --dot: #8e44ad; }
.line-4 { stroke: #16808a; background: #16808a; --dot: #16808a; }
.line-5 { stroke: #7f6a55; background: #7f6a55; --dot: #7f6a55; }
circle { stroke: none; fill: var(--dot); fill-opacity: 0.8; }

footer { margin-top: 40px; padding-top: 12px; border-top: 1px solid var(--rule); color: var(--soft); font-size: 13px; }
@media screen and (max-width: 640px) {
  body { padding: 18px 16px 32px; font-size: 16px; }
  h1 { font-size: 22px; }
  dl { display: block; }
  dd { margin: 0 0 8px; }
  svg.wide { display: none; }
  svg.narrow { display: block; }
  table, tbody, tr, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { border-bottom: 1px solid var(--rule); padding: 7px 0; }
  td, td.number { border: 0; padding: 1px 0; text-align: left; white-space: normal; }
  td:empty { display: none; }
  td[data-name]::before { content: attr(data-name) ": "; color: var(--soft); }
  td:first-child { font-weight: 600; }
  td:first-child::before { content: none; }
}
@media print {
  @page { margin: 16mm 14mm; }
  html, body { background: #fff; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  h2, h3, h2 + p, figcaption, .legend { break-after: avoid; }
  figure, tr, dl { break-inside: avoid; }
  thead { display: table-header-group; }
  svg, .legend i { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
