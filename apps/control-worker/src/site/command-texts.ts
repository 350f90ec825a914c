import type { CommandEntry } from '@headframe/protocol'

const messageBytes = 60 * 1024

/** Entries in messages that surely stay under 64 KiB. */
export function commandTexts(commands: readonly CommandEntry[], evenEmpty: boolean): string[] {
  const groups: string[][] = evenEmpty ? [[]] : []
  let bytes = evenEmpty ? 0 : Infinity
  for (const text of commands.map(entry => JSON.stringify(entry))) {
    bytes += 3 * text.length
    if (bytes > messageBytes) {
      groups.push([])
      bytes = 3 * text.length
    }
    groups.at(-1)?.push(text)
  }
  return groups.map(group => `{"type":"commands","commands":[${group.join(',')}]}`)
}
