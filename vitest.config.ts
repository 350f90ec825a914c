import { defineConfig } from 'vitest/config'

const acrossApps = { environment: 'node', testTimeout: 180_000, hookTimeout: 180_000 } as const

export default defineConfig({
  test: {
    // Most tests wait for sockets and processes more than they compute: more workers than cores.
    maxWorkers: 3,
    projects: [
      'packages/*',
      'apps/*',
      'apps/control-worker/local',
      { test: { ...acrossApps, name: 'end-to-end', include: ['test/end-to-end/**/*.test.ts'] } },
      { test: { ...acrossApps, name: 'simulation', include: ['test/{simulation,recorded-links}/**/*.test.ts'] } },
      { test: { ...acrossApps, name: 'long', include: ['test/long/**/*.test.ts'], testTimeout: 900_000 } },
    ],
  },
})
