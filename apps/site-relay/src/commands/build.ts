import { build } from '../box/build.ts'
import type { Command } from './command.ts'

/** `headframe build`: what every start does first. */
export const command: Command = () => build(line => void process.stdout.write(`${line}\n`))
