import { openDataFolder } from '../box/data-folder.ts'
import { join, resolve } from 'node:path'
import { parseArgs, type ParseArgsConfig } from 'node:util'

const text = { type: 'string' } as const

/** Options that say which box a command is about. */
export const placeOptions = { data: text, keys: text } as const

/** Reads the words of a command; an option that is not known is one clear line. */
export function readCommandWords<T extends NonNullable<ParseArgsConfig['options']>>(
  words: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new Error(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error), { cause: error })
  }
}

export interface Place {
  /** The relay's own folder in the data folder of the box. */
  readonly dataDir: string
  readonly keysDir: string
}

/** The folders of `--data` (`./data`) and `--keys` (beside the data), made when missing and refused when they are another's. */
export function openPlace(values: { readonly data?: string | undefined; readonly keys?: string | undefined }): Place {
  const data = resolve(values.data ?? './data')
  const keysDir = resolve(values.keys ?? `${data}.keys`)
  return { dataDir: openDataFolder(data, keysDir).relay, keysDir }
}

export const configPathIn = (dataDir: string) => join(dataDir, 'relay.json')
