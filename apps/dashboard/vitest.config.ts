import { playwright } from '@vitest/browser-playwright'
import solid from 'vite-plugin-solid'
import { defineProject } from 'vitest/config'

export default defineProject({
  plugins: [solid()],
  // Prepared in one go: found one by one, each would bring a Solid of its own.
  optimizeDeps: {
    include: ['solid-js', 'solid-js/web', 'solid-js/store', '@tanstack/solid-virtual', 'zod', 'axe-core', 'fast-check'],
  },
  test: {
    name: 'dashboard',
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx'],
    testTimeout: 30_000,
    expect: { poll: { timeout: 15_000 } },
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        // Chromium refuses its sandbox to root, which is who runs tests in a container.
        launchOptions: { executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] },
      }),
      instances: [{ browser: 'chromium', viewport: { width: 1440, height: 900 } }],
    },
  },
})
