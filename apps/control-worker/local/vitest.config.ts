import { defineProject } from 'vitest/config'

export default defineProject({ test: { name: 'control-front', include: ['*.test.ts'], testTimeout: 60_000 } })
