/** The playground in a real browser: from a file, without a network, with a keyboard, in light and dark. */
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = pathToFileURL(`${ROOT}build/playground/index.html`).href;
const program = spawnSync('sh', ['-c', 'command -v chromium || command -v chromium-browser'], {
  encoding: 'utf8',
}).stdout.trim();

let browser: Browser;
let page: Page;
const faults: string[] = [];
const requests: string[] = [];

beforeAll(async () => {
  if (program === '') return;
  execFileSync(process.execPath, [`${ROOT}scripts/playground.mjs`], { stdio: 'pipe', timeout: 60_000 });
  browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-gpu'] });
  page = await browser.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(PAGE);
});
afterAll(async () => browser?.close());

const text = (id: string): Promise<string> => page.locator(`#${id}`).innerText();
async function ask(rules: string, commands: string, server = 'redis-7.2'): Promise<void> {
  await page.selectOption('#server', server);
  await page.fill('#rules', rules);
  await page.fill('#commands', commands);
  await settle();
}
const settle = (): Promise<unknown> => page.waitForSelector('body[data-settled=yes]');

describe.skipIf(program === '')('the playground', () => {
  it('opens with an example that is answered', async () => {
    expect(await text('decisions')).toContain('denied');
    expect(await text('tokens')).toContain('+get');
    expect(await text('user')).toContain('user u on');
  });

  it('decides as the server does, and follows the version', async () => {
    await ask('on >pw ~app:* +get', 'GET app:1\nGET other\nNOSUCH\nGET "app:a key"');
    const verdicts = await page.locator('#decisions .verdict').allInnerTexts();
    expect(verdicts).toEqual(['allowed', 'denied', 'error', 'allowed']);
    expect(await text('decisions')).toContain("User u has no permissions to access the 'other' key");
    await page.selectOption('#server', 'redis-7.0');
    await settle();
    expect(await text('decisions')).toContain("This user has no permissions to access the 'other' key");
  });

  it('shows what the server refuses, in its words, and what would be right', async () => {
    await ask('on +@sorted_set', 'GET a');
    expect(await text('user')).toContain('Unknown command or category name in ACL');
    expect(await text('findings')).toMatch(/sortedset/);
  });

  it('never shows or shares a password', async () => {
    await ask('on >canary-secret #'.padEnd(84, 'a') + ' ~* +get', 'GET a');
    const shown = await page.locator('#answer').innerText();
    expect(shown).not.toContain('canary-secret');
    await page.click('#link');
    await page.waitForFunction("document.getElementById('copied').textContent !== ''");
    const link = await page.evaluate<string>('window.location.href');
    const copied = await page.evaluate<string>("navigator.clipboard.readText().catch(() => '')");
    expect(link + copied).not.toContain('canary');
  });

  it('takes a question from a link, as text and not as markup', async () => {
    const other = await browser.newPage();
    const hash = new URLSearchParams({
      server: 'valkey-9.1',
      rules: '~<img/src=x/onerror=document.title="owned"> +get db=0',
      commands: 'GET <script>document.title="owned"</script>',
      db: '1',
    });
    await other.goto(`${PAGE}#${hash.toString()}`);
    expect(await other.locator('#decisions').innerText()).toContain('<script>');
    expect(await other.title()).toBe('Wardis ACL playground');
    expect(await other.inputValue('#db')).toBe('1');
    await other.close();
  });

  it('can be worked by keyboard alone', async () => {
    await page.reload();
    const order: string[] = [];
    for (let i = 0; i < 6; i++) {
      await page.keyboard.press('Tab');
      order.push(await page.evaluate<string>('document.activeElement.id'));
    }
    expect(order).toEqual(['server', 'example', 'db', 'rules', 'commands', 'link']);
  });

  it.each(['light', 'dark'] as const)(
    'has no fault that axe finds, in %s, wide and narrow',
    async (colorScheme) => {
      for (const width of [1280, 360]) {
        // The page's own policy runs no foreign script: axe is let in for the test.
        const context = await browser.newContext({
          colorScheme,
          bypassCSP: true,
          viewport: { width, height: 900 },
        });
        const looked = await context.newPage();
        await looked.goto(PAGE);
        await looked.addScriptTag({ content: axe.source });
        const violations = await looked.evaluate<readonly string[]>(
          'axe.run().then((found) => found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`))',
        );
        expect(violations, `${colorScheme} ${width}`).toEqual([]);
        const overflow = await looked.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect(overflow, `${colorScheme} ${width}`).toBeLessThanOrEqual(0);
        await context.close();
      }
    },
  );

  it('answers a large paste without hanging', async () => {
    await ask(Array.from({ length: 1000 }, (_, i) => `~k${i}:*`).join(' '), 'GET k1:1\n'.repeat(1000));
    expect((await page.locator('#decisions .verdict').count()) > 100).toBe(true);
  });

  it('asked nobody for anything, and had no fault', () => {
    expect(faults).toEqual([]);
    expect(new Set(requests.map((url) => url.replace(/#.*/, '')))).toEqual(new Set([PAGE]));
  });
});
