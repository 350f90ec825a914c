import { fileURLToPath } from 'node:url'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineProject } from 'vitest/config'

export default defineProject({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: fileURLToPath(new URL('../../wrangler.toml', import.meta.url)) },
      miniflare: {
        bindings: { SETUP_CODE: 'SETUP-CODE', LOCAL_CODE: 'local-code-of-the-box', LOCAL: 'yes', TLS: 'no' },
      },
    }),
  ],
  test: { name: 'control-worker', include: ['src/**/*.test.ts'] },
})
