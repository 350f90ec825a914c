import { defineProject } from 'vitest/config'

export default defineProject({ test: { name: 'site-relay', include: ['src/**/*.test.ts'], testTimeout: 30_000 } })
