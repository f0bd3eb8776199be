/**
 * `npm run playground`: builds the ACL playground into one page, build/playground/index.html, that works from a file or
 * any static host. The script and the style are named in its policy by their hashes, and nothing else may run or load.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkNode, installDependencies, ROOT } from './setup.mjs';

checkNode();
installDependencies();
const { build } = await import('vite');
await build({ configFile: join(ROOT, 'playground/vite.config.ts') });

const parts = join(ROOT, 'build/playground-parts');
// HTML reads some control characters as others, which would change the hash: in literals they can be escaped.
const script = readFileSync(join(parts, 'main.js'), 'utf8')
  .replaceAll('</script', '<\\/script')
  .replace(/[\0-\x08\x0b-\x1f\x7f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
const style = readFileSync(join(parts, 'index.css'), 'utf8');
const policy = `default-src 'none'; script-src '${hash(script)}'; style-src '${hash(style)}'; base-uri 'none'; form-action 'none'`;
const page = readFileSync(join(parts, 'index.html'), 'utf8')
  .replace(/<script type="module"[^>]*><\/script>/, '')
  .replace(/<link rel="stylesheet"[^>]*>/, () => `<style>${style}</style>`)
  .replace(
    '<meta charset="utf-8" />',
    (meta) => `${meta}\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`,
  )
  .replace('</body>', () => `<script type="module">${script}</script>\n  </body>`);
const out = join(ROOT, 'build/playground');
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'index.html'), page);
console.log(`build/playground/index.html  ${Math.round(page.length / 1024)} KiB`);

/** @param {string} text */
function hash(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
