/**
 * Build of the page: two entries, no index.html (Tornado's templates are the shells).
 *
 * `src/theme.ts` has no imports and becomes a classic script that blocks the first paint;
 * `src/main.ts` is the page. The manifest tells the server the hashed names.
 */
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const server = process.env.MAGPIE_SERVER ?? 'http://127.0.0.1:8080'

export default defineConfig({
  base: '/asset/app/',
  publicDir: false,
  plugins: [vue({ features: { optionsAPI: false } })],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: { __VUE_PROD_DEVTOOLS__: false },
  build: {
    outDir: '../static/app',
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
    // An inlined asset would be a data: URL; files are cached for ever by their hash instead.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: ['src/main.ts', 'src/theme.ts'] },
  },
  server: {
    proxy: Object.fromEntries(
      ['/user', '/contact', '/message', '/attach', '/mnt', '/chat'].map((path) => [
        path,
        { target: server, ws: path === '/chat' },
      ]),
    ),
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
})
