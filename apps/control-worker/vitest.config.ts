import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineProject } from 'vitest/config'

// wrangler.toml names the built dashboard; it need not be there to test the worker.
mkdirSync(new URL('../dashboard/dist', import.meta.url), { recursive: true })

export default defineProject({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: fileURLToPath(new URL('../../wrangler.toml', import.meta.url)) },
      miniflare: {
        bindings: { SETUP_CODE: 'SETUP-CODE', LOCAL_CODE: 'local-code-of-the-box', LOCAL: 'yes', TLS: 'no' },
      },
    }),
  ],
  test: {
    name: 'control-worker',
    include: ['src/**/*.test.ts'],
    isolate: false,
    testTimeout: 30_000,
    // Sign-in hashes passwords. A hook that is given up goes on, in the tests of the next file.
    hookTimeout: 60_000,
    sequence: { groupOrder: 1 },
  },
})
