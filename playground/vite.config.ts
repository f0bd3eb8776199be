import { defineConfig } from 'vite';

/** One script and one style sheet; scripts/playground.mjs puts both into the page, so that it works from a file. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  logLevel: 'warn',
  build: {
    outDir: '../build/playground-parts',
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: false,
    rollupOptions: { output: { entryFileNames: 'main.js', assetFileNames: '[name][extname]' } },
  },
});
