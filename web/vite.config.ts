/**
 * Build of the page: three entries, no index.html (Tornado's templates are the shells).
 *
 * `src/theme.ts` has no imports and becomes a classic script that blocks the first paint;
 * `src/worker.ts` has none either, and is what the server answers at `/sw.js`;
 * `src/main.ts` is the page. The manifest tells the server the hashed names; it reads it again when it
 * has changed, so `npm run dev` (build and watch) beside a running server is all that development needs.
 */
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { compress } from './build/compress'

export default defineConfig({
  base: '/asset/app/',
  publicDir: false,
  plugins: [vue({ features: { optionsAPI: false } }), compress()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: { __VUE_PROD_DEVTOOLS__: false },
  build: {
    outDir: '../static/app',
    emptyOutDir: true,
    manifest: true,
    // The oldest browsers the page runs in; static/browser.js tells older ones so. What they lack of newer functions
    // stands in tests/browser/test_older_browsers.py.
    target: ['chrome109', 'edge109', 'firefox115', 'safari15.4'],
    // An inlined asset would be a data: URL; files are cached for ever by their hash instead.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ['src/main.ts', 'src/theme.ts', 'src/worker.ts'] },
  },
  // No test measures time: what hangs ends after a minute, and a busy machine fails none.
  test: { include: ['tests/**/*.test.ts'], environment: 'node', testTimeout: 60_000, hookTimeout: 60_000 },
})
