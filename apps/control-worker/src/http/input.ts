import { zValidator } from '@hono/zod-validator'
import type { z } from 'zod'
import { notFound, Problem } from './problem.ts'

/** A checked JSON body. The answer names the field at fault. */
export const body = <T extends z.ZodType>(schema: T) =>
  zValidator('json', schema, result => {
    if (!result.success) throw badInput(result.error)
  })

/** Checked query parameters. */
export const query = <T extends z.ZodType>(schema: T) =>
  zValidator('query', schema, result => {
    if (!result.success) throw badInput(result.error)
  })

/** Ids in a path: what is no id names nothing. */
export const path = <T extends z.ZodType>(schema: T) =>
  zValidator('param', schema, result => {
    if (!result.success) throw notFound()
  })

function badInput(error: { readonly issues: readonly { path: PropertyKey[]; message: string }[] }): Problem {
  const [issue] = error.issues
  const field = issue?.path.join('.') ?? ''
  const message = issue?.message ?? 'This does not match what is expected.'
  return new Problem('bad-input', message, field === '' ? {} : { field })
}
