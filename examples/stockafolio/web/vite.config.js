import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

const EARLY = new URL('src/before-first-paint.js', import.meta.url);

/**
 * Puts a script into the head that runs before the first paint. Modules run after it, and the policy of the pages allows
 * no inline script.
 */
const beforeFirstPaint = {
  name: 'before-first-paint',
  apply: 'build',
  buildStart() {
    this.addWatchFile(EARLY.pathname);
    this.early = this.emitFile({ type: 'asset', name: 'theme.js', source: readFileSync(EARLY, 'utf8') });
  },
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle }) {
      const asset = Object.values(bundle).find(({ names }) => names?.includes('theme.js'));
      return [{ tag: 'script', attrs: { src: `/${asset.fileName}` }, injectTo: 'head' }];
    },
  },
};

export default defineConfig({
  plugins: [beforeFirstPaint],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    // The policy of the pages allows no data: URLs and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
