/**
 * The look of the HTML report: system fonts, light and dark by the reader's preference, black on white in print.
 * Text has a contrast of at least 4.5 to 1 and marks of 3 to 1 on both grounds; severity is a word and a shape too.
 */

export const STYLE = `
:root { color-scheme: light dark; --ground: #ffffff; --card: #f5f6f8; --ink: #1a1d21; --soft: #4d5560; --line: #868f9b;
  --critical: #a3123a; --high: #b3261e; --medium: #8a4b00; --low: #00607a; --info: #3a4fb0; --good: #17692f; --open: #5b4b8a; --link: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171b; --card: #1e2329; --ink: #eceff3; --soft: #b4bcc8; --line: #77818e;
  --critical: #ff8fa8; --high: #ff9a8f; --medium: #ffc078; --low: #7fd4ec; --info: #aebcff; --good: #86d99b; --open: #c9b8ff; --link: #9cc2ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main, header, footer { max-width: 66rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; } footer { padding: 2rem 1.25rem 3rem; color: var(--soft); font-size: .9rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .4rem; } h2 { font-size: 1.3rem; margin: 2.4rem 0 .8rem; overflow-wrap: anywhere; }
h3 { font-size: 1.05rem; margin: 1.8rem 0 .6rem; } p { margin: .4rem 0; }
a { color: var(--link); } a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
code { font: .9em/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.lead { color: var(--soft); } .skip { position: absolute; left: -100rem; } .skip:focus { left: 1rem; top: .5rem; }
.counts { display: flex; flex-wrap: wrap; gap: .6rem; padding: 0; margin: 1rem 0; list-style: none; }
.counts li { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .45rem .8rem; min-width: 6rem; }
.counts b { display: block; font-size: 1.5rem; line-height: 1.2; }
.finding { background: var(--card); border: 1px solid var(--line); border-left: .4rem solid var(--tone); border-radius: .4rem; padding: .8rem 1rem; margin: .8rem 0; break-inside: avoid; }
.finding h4 { margin: 0; font-size: 1rem; } .word { color: var(--tone); font-weight: 700; letter-spacing: .02em; }
.finding ul { margin: .4rem 0; padding-left: 1.2rem; } .from { color: var(--soft); font-size: .88rem; }
.critical { --tone: var(--critical); } .high { --tone: var(--high); } .medium { --tone: var(--medium); } .low { --tone: var(--low); } .info { --tone: var(--info); }
.pass { --tone: var(--good); } .unknown { --tone: var(--open); } .manual { --tone: var(--open); } .waived { --tone: var(--soft); } .not-applicable { --tone: var(--soft); }
.tone { color: var(--tone); }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; color: var(--soft); padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; } td.number, th.number { text-align: right; }
.scroll { overflow-x: auto; } svg { display: block; width: 100%; height: auto; } svg text { font: 13px system-ui, sans-serif; fill: var(--ink); }
summary { cursor: pointer; padding: .4rem 0; min-height: 1.5rem; font-weight: 600; }
@media print { :root { --ground: #ffffff; --card: #ffffff; --ink: #000000; --soft: #333333; --line: #777777; --critical: #8a0f31; --high: #96201a;
  --medium: #6f3c00; --low: #004f64; --info: #2d3f94; --good: #125427; --open: #483a70; --link: #000000; }
  body { font-size: 10.5pt; } details > summary { list-style: none; } .skip { display: none; } h2 { break-after: avoid; } }
`;
