#!/usr/bin/env node
import { commands } from './commands/table.ts'

const [word = 'help', ...words] = process.argv.slice(2)
const entry = Object.hasOwn(commands, word) ? commands[word] : undefined

if (entry) {
  try {
    const { command } = await entry.load()
    await command(words)
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    for (const line of said.split('\n')) process.stderr.write(`headframe: ${line}\n`)
    process.exitCode = 1
  }
} else {
  const asked = word === 'help' || word === '--help'
  const lines = Object.entries(commands).map(([name, { says }]) => `  headframe ${name.padEnd(12)}${says}`)
  const text = [...(asked ? [] : [`headframe: there is no command "${word}"`]), 'Usage:', ...lines, ''].join('\n')
  if (asked) process.stdout.write(text)
  else process.stderr.write(text)
  process.exitCode = asked ? 0 : 1
}
