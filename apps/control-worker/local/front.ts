import { FrontError, reasonOf } from './front-error.ts'
import { readOptions } from './options.ts'
import { serve } from './serve.ts'

// Started with a command line, see `options.ts`. One JSON line on stdout says that it serves; all else goes to stderr.
try {
  await serve(readOptions(process.argv.slice(2), process.env))
} catch (error) {
  const told = error instanceof FrontError ? error.message : `unexpected: ${reasonOf(error)}`
  process.stderr.write(`headframe: ${told.trim().replaceAll(/\s*\n\s*/g, '; ')}\n`)
  process.exit(1)
}
