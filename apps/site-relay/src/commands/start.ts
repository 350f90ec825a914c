import { start } from '../box/start.ts'
import type { Command } from './command.ts'

export const command: Command = start
