import { decodeRecorded, MinerError } from '@headframe/miners'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { printJson, type Command } from './command.ts'
import { readCommandWords } from './place.ts'

/** `headframe decode <folder> --json`: the reading that a recorded set of replies gives, without a network. */
export const command: Command = async words => {
  const { positionals } = readCommandWords(words, { json: { type: 'boolean' } })
  const [folder] = positionals
  if (folder === undefined) throw new Error('say which recorded set: decode <folder>')
  const files = readFolder(folder)
  try {
    printJson(await decodeRecorded(files, Date.now()))
  } catch (error) {
    if (error instanceof MinerError) throw new Error(`${folder}: ${error.message} (${error.code})`, { cause: error })
    throw error
  }
}

/** A recorded reply is some kilobytes; more is something else. */
const maxFileBytes = 4 * 1024 * 1024

function readFolder(folder: string): Map<string, Uint8Array> {
  const names = listing(folder).filter(name => statSync(join(folder, name)).isFile())
  const large = names.find(name => statSync(join(folder, name)).size > maxFileBytes)
  if (large !== undefined) throw new Error(`${join(folder, large)}: too large for a recorded reply`)
  return new Map(names.map(name => [name, readFileSync(join(folder, name))]))
}

function listing(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (cause) {
    throw new Error(`${folder}: is no folder that can be read`, { cause })
  }
}
