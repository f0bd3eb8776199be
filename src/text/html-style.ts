/**
 * The look of the HTML report: system fonts, light and dark by the reader's preference, black on white in print.
 * Text has a contrast of at least 4.5 to 1 and marks of 3 to 1 on every ground; severity is a word and a shape too.
 */

/** Colours by theme. A test computes the contrast of every pair that the page puts together. */
export const HTML_PALETTE = {
  light: {
    ground: '#ffffff', card: '#f6f7f9', ink: '#16191d', soft: '#4a525d', line: '#7d8794', link: '#0b4fc4',
    critical: '#9c0f36', high: '#b3261e', medium: '#8a4b00', low: '#005f78', info: '#3a4fb0', good: '#17692f', open: '#5b4b8a',
  },
  dark: {
    ground: '#13161a', card: '#1d2228', ink: '#eceff3', soft: '#b6bec9', line: '#7f8a97', link: '#9cc2ff',
    critical: '#ff8fa8', high: '#ff9a8f', medium: '#ffc078', low: '#7fd4ec', info: '#aebcff', good: '#86d99b', open: '#c9b8ff',
  },
  print: {
    ground: '#ffffff', card: '#ffffff', ink: '#000000', soft: '#333333', line: '#6b6b6b', link: '#000000',
    critical: '#8a0f31', high: '#96201a', medium: '#6f3c00', low: '#004f64', info: '#2d3f94', good: '#125427', open: '#483a70',
  },
} as const;

function printPalette(theme: keyof typeof HTML_PALETTE): string {
  return Object.entries(HTML_PALETTE[theme]).map(([name, colour]) => `--${name}: ${colour};`).join(' ');
}

export const HTML_STYLE = `
:root { color-scheme: light dark; ${printPalette('light')} }
@media (prefers-color-scheme: dark) { :root { ${printPalette('dark')} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
main, header, footer { max-width: 64rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; } footer { margin-top: 3rem; padding-top: 1rem; padding-bottom: 3rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .9rem; }
h1 { font-size: 1.15rem; font-weight: 600; line-height: 1.3; margin: 0; color: var(--soft); } h1 b { color: var(--ink); }
h2 { font-size: 1.35rem; line-height: 1.25; margin: 2.6rem 0 .4rem; } h3 { font-size: 1.1rem; margin: 2rem 0 .6rem; } p { margin: .35rem 0; }
a { color: var(--link); text-underline-offset: .15em; } a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
code { font: .875em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre-wrap; }
.lead, .from, .share, caption { color: var(--soft); } .from { font-size: .875rem; }
.verdict { font-size: clamp(1.6rem, 1.1rem + 2.2vw, 2.3rem); font-weight: 700; line-height: 1.15; margin: .5rem 0 .4rem; letter-spacing: -.01em; text-wrap: balance; }
.skip { position: absolute; left: -100rem; } .skip:focus { left: 1rem; top: .5rem; background: var(--ground); padding: .4rem .8rem; }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: .6rem; padding: 0; margin: 1.4rem 0 .6rem; list-style: none; }
.counts li { background: var(--card); border: 1px solid var(--line); border-top: .3rem solid var(--tone); border-radius: .4rem; padding: .35rem .8rem .45rem; }
.counts b { display: block; font-size: 1.8rem; line-height: 1.2; color: var(--tone); font-variant-numeric: tabular-nums; } .counts .none b { color: var(--soft); } .counts .none { border-top-color: var(--line); }
.others { color: var(--soft); margin: 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1.4rem; } .others b { color: var(--ink); font-variant-numeric: tabular-nums; }
.first { margin: .4rem 0; padding-left: 1.4rem; } .first li { margin: .35rem 0; padding-left: .2rem; }
.areas { margin: 1rem 0; } .areas ul { list-style: none; margin: .6rem 0 0; padding: 0; }
.areas li { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr) 15rem; gap: .2rem 1rem; align-items: center; padding: .28rem 0; border-top: 1px solid color-mix(in srgb, var(--line) 35%, transparent); break-inside: avoid; }
.areas b { font-weight: 600; } .share { font-size: .9rem; font-variant-numeric: tabular-nums; text-align: right; }
.squares, .legend { display: flex; flex-wrap: wrap; gap: 3px; align-items: center; } .legend { gap: .2rem 1rem; font-size: .875rem; color: var(--soft); } .legend span { white-space: nowrap; }
.sq { display: inline-block; width: 13px; height: 13px; border: 1.5px solid var(--tone, var(--open)); border-radius: 2px; vertical-align: -1px; forced-color-adjust: none; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
.sq.pass { background: var(--good); border-color: var(--good); } .sq.open { border-color: var(--open); border-radius: 50%; } .sq.waived { border: 2px dotted var(--soft); }
.sq.fail { background: linear-gradient(45deg, transparent 42%, var(--tone) 42% 58%, transparent 58%), linear-gradient(-45deg, transparent 42%, var(--tone) 42% 58%, transparent 58%); }
.sq.fail.critical { background: linear-gradient(45deg, transparent 42%, var(--ground) 42% 58%, transparent 58%), linear-gradient(-45deg, transparent 42%, var(--ground) 42% 58%, transparent 58%), var(--tone); }
.finding { background: var(--card); border: 1px solid var(--line); border-left: .4rem solid var(--tone); border-radius: .4rem; padding: .75rem 1rem; margin: .8rem 0; break-inside: avoid; }
.finding h4 { margin: 0 0 .35rem; font-size: 1.02rem; line-height: 1.35; } .word { color: var(--tone); font-weight: 700; letter-spacing: .03em; margin-right: .5em; } .id { color: var(--soft); font-weight: 600; margin-right: .5em; }
.finding ul { margin: .3rem 0; padding: 0; list-style: none; } .finding li { padding: .12rem 0; } .finding dl { margin: .5rem 0 0; display: grid; grid-template-columns: 3.2rem minmax(0, 1fr); gap: .2rem .6rem; } .finding dt { color: var(--soft); } .finding dd { margin: 0; }
.critical { --tone: var(--critical); } .high { --tone: var(--high); } .medium { --tone: var(--medium); } .low { --tone: var(--low); } .info { --tone: var(--info); } .good { --tone: var(--good); }
table { border-collapse: collapse; width: 100%; font-size: .94rem; } caption { text-align: left; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid var(--line); } thead th { border-bottom-width: 2px; } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } td:nth-child(1), th:nth-child(1) { min-width: 5.4rem; }
.scroll { overflow-x: auto; } .scroll table { overflow-wrap: break-word; }
summary { cursor: pointer; padding: .3rem 0; min-height: 24px; font-weight: 600; } .finding summary { font-weight: 400; color: var(--soft); }
@media (max-width: 40rem) { .areas li { grid-template-columns: 1fr auto; } .areas .squares { grid-column: 1 / -1; grid-row: 2; } .counts { grid-template-columns: repeat(2, 1fr); } .wide td, .wide th { display: block; border: 0; padding: .1rem 0; } .wide tr { display: block; border-bottom: 1px solid var(--line); padding: .4rem 0; } .wide thead { position: absolute; left: -100rem; } }
@media (forced-colors: active) { .finding, .counts li { border: 2px solid CanvasText; } }
@media print { :root { color-scheme: light; ${printPalette('print')} } @page { margin: 16mm 14mm; }
  body { font-size: 10pt; } main, header, footer { max-width: none; padding-left: 0; padding-right: 0; } .skip { display: none; } h2, h3, h4 { break-after: avoid; } a { text-decoration: none; } .scroll { overflow: visible; } .finding details:not([open]) { display: none; } }
`;
