import { parseArgs } from 'node:util'
import { z } from 'zod'
import { FrontError, reasonOf } from './front-error.ts'

const optionsSchema = z
  .object({
    /** Folder of the actors' data. */
    data: z.string().min(1),
    host: z.string().min(1).default('127.0.0.1'),
    port: z.coerce.number().int().min(0).max(65_535).default(8787),
    /** Loopback port for the relay of this box, where the one above speaks TLS or is not on loopback; 0 for any. */
    'relay-port': z.coerce.number().int().min(0).max(65_535).default(0),
    /** Folder of the built dashboard. */
    assets: z.string().min(1),
    /** Folder or file of the built worker. */
    worker: z.string().min(1),
    'tls-cert': z.string().min(1).optional(),
    'tls-key': z.string().min(1).optional(),
    demo: z.boolean().default(false),
  })
  .refine(given => (given['tls-cert'] === undefined) === (given['tls-key'] === undefined), {
    path: ['tls-cert'],
    message: 'goes together with --tls-key',
  })

const environmentSchema = z.object({
  /** Makes the owner, once. */
  HEADFRAME_SETUP_CODE: z.string().min(8).max(64).optional(),
  /** Enrols the relays of this box. */
  HEADFRAME_LOCAL_CODE: z.string().min(8).max(64).optional(),
})

export type FrontOptions = z.infer<typeof optionsSchema> & z.infer<typeof environmentSchema>

/** What the front is told by its command line, and its secrets by its environment: a command line can be read by everyone. */
export function readOptions(words: readonly string[], environment: NodeJS.ProcessEnv): FrontOptions {
  const told = optionsSchema.safeParse(parseWords(words))
  if (!told.success) throw new FrontError(lines(told.error, '--'))
  const secrets = environmentSchema.safeParse(environment)
  if (!secrets.success) throw new FrontError(lines(secrets.error, ''))
  return { ...told.data, ...secrets.data }
}

function parseWords(words: readonly string[]): unknown {
  const text = { type: 'string' } as const
  const options = {
    data: text,
    host: text,
    port: text,
    'relay-port': text,
    assets: text,
    worker: text,
    'tls-cert': text,
    'tls-key': text,
  }
  try {
    return parseArgs({ args: [...words], options: { ...options, demo: { type: 'boolean' } } }).values
  } catch (error) {
    throw new FrontError(reasonOf(error))
  }
}

const lines = (error: z.ZodError, prefix: string) =>
  error.issues.map(issue => `${prefix}${issue.path.join('.')}: ${issue.message}`).join('; ')
