import { registerHooks } from 'node:module'
import { mutantText, readMutant } from './mutant.ts'
import { root } from './sources.ts'

/** Imported before all else: the one file of a mutant is loaded with its mistake, and every other as it is. */
const text = process.env['HEADFRAME_MUTANT']
if (text !== undefined) {
  const mutant = readMutant(text)
  const { href } = new URL(mutant.file, root)
  registerHooks({
    load: (url, context, next) =>
      url === href ? { format: 'module', source: mutantText(mutant), shortCircuit: true } : next(url, context),
  })
}
