import { openDataFolder } from '../box/data-folder.ts'
import { resolve } from 'node:path'
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
  readonly dataDir: string
  readonly keysDir: string
}

interface PlaceWords {
  readonly data?: string | undefined
  readonly keys?: string | undefined
}

/** The folders of the box: `--data` (`./data`) and `--keys` (beside the data). */
export function boxOf(words: PlaceWords): Place {
  const dataDir = resolve(words.data ?? './data')
  return { dataDir, keysDir: resolve(words.keys ?? `${dataDir}.keys`) }
}

/** The folders of its relay, made when missing and refused when they are another's. */
export function openPlace(words: PlaceWords): Place {
  const { dataDir, keysDir } = boxOf(words)
  return { dataDir: openDataFolder(dataDir, keysDir).relay, keysDir }
}
