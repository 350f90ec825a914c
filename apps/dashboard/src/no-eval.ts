declare global {
  var __zod_globalConfig: { jitless?: boolean } | undefined
}

/**
 * zod compiles its parsers with `new Function` where it may. Under our content policy it may not, and even trying is reported
 * as a violation. It reads this switch as its schemas are made, so this module is imported before any of them.
 */
globalThis.__zod_globalConfig = { ...globalThis.__zod_globalConfig, jitless: true }

export const evalAllowed = false
