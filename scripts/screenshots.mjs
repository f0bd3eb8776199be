/**
 * Pictures of the HTML report for the documentation, light and dark: `node scripts/screenshots.mjs REPORT.html`.
 * Needs Chromium on PATH (Debian: `apt-get install chromium`). With `--check` it also renders a phone's width and
 * fails when anything there is wider than the screen.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OUT = join(ROOT, 'docs/screenshots');
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];
/** As Chromium numbers them. */
const THEMES = /** @type {const} */ ({ dark: 0, light: 1 });
const WIDTH_PX = 1200;
const HEIGHT_PX = 1500;
const PHONE_WIDTH_PX = 375;
const TIMEOUT_MS = 60_000;

/** @returns {string} the first Chromium on PATH */
function findChromium() {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const program of PROGRAMS)
    for (const folder of folders) if (existsSync(join(folder, program))) return join(folder, program);
  throw new Error(`none of ${PROGRAMS.join(', ')} is on PATH: apt-get install chromium`);
}

/**
 * @param {string} chromium
 * @param {readonly string[]} args
 * @returns {string} what it printed
 */
function run(chromium, args) {
  const profile = mkdtempSync(join(tmpdir(), 'wardis-chromium-'));
  try {
    return execFileSync(
      chromium,
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--hide-scrollbars',
        '--no-first-run',
        '--disable-background-networking',
        `--user-data-dir=${profile}`,
        ...args,
      ],
      { timeout: TIMEOUT_MS, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8', maxBuffer: 64 << 20 },
    );
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}

/**
 * @param {string} report
 * @param {keyof typeof THEMES} theme
 * @param {string} file
 * @param {number} width
 * @param {number} height
 */
export function takePicture(report, theme, file, width = WIDTH_PX, height = HEIGHT_PX) {
  run(findChromium(), [
    `--blink-settings=preferredColorScheme=${THEMES[theme]}`,
    `--window-size=${width},${height}`,
    `--screenshot=${file}`,
    `file://${resolve(report)}`,
  ]);
}

/**
 * The report in a frame as wide as a phone: Chromium's window has a least width above that.
 * @param {string} report
 * @returns {{ readonly client: number, readonly scroll: number }} widths in pixels
 */
export function measurePhone(report) {
  const folder = mkdtempSync(join(tmpdir(), 'wardis-phone-'));
  try {
    const page = join(folder, 'page.html');
    const frame = join(folder, 'frame.html');
    // The report allows no script; the measuring page is the only one that runs any, and same-origin by srcdoc.
    const body = readFileSync(report, 'utf8').replaceAll('&', '&amp;').replaceAll('"', '&quot;');
    writeFileSync(page, readFileSync(report));
    writeFileSync(
      frame,
      `<iframe id="f" width="${PHONE_WIDTH_PX}" height="800" style="border:0" srcdoc="${body}"></iframe>` +
        '<p id="r"></p><script>onload=()=>{const d=document.getElementById("f").contentDocument.documentElement;' +
        'document.getElementById("r").textContent=`widths ${d.clientWidth} ${d.scrollWidth}`}</script>',
    );
    const printed = run(findChromium(), ['--dump-dom', '--virtual-time-budget=3000', `file://${frame}`]);
    const found = /widths (\d+) (\d+)/.exec(printed);
    if (found === null) throw new Error('the page could not be measured');
    return { client: Number(found[1]), scroll: Number(found[2]) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function main() {
  const args = process.argv.slice(2);
  const report = args.find((arg) => !arg.startsWith('--'));
  if (report === undefined || !existsSync(report)) {
    console.error('usage: node scripts/screenshots.mjs REPORT.html [--check]');
    console.error('make one: wardis audit TARGET -o html=report.html');
    process.exitCode = 2;
    return;
  }
  mkdirSync(OUT, { recursive: true });
  for (const theme of /** @type {const} */ (['light', 'dark'])) {
    const file = join(OUT, `report-${theme}.png`);
    takePicture(report, theme, file);
    console.log(`${file}  ${Math.round(statSync(file).size / 1024)} kB`);
  }
  if (!args.includes('--check')) return;
  const { client, scroll } = measurePhone(report);
  console.log(`phone: ${scroll} px wide on a screen of ${client} px`);
  if (scroll > client) process.exitCode = 1;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) main();
