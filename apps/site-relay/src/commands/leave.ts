import { controlId } from '@headframe/protocol'
import { leaveControl } from '../leave.ts'
import type { Command } from './command.ts'
import { openPlace, placeOptions, readCommandWords } from './place.ts'

/** `headframe leave <control>`: this box forgets a control, and is not linked to it any more. */
export const command: Command = async words => {
  const { values, positionals } = readCommandWords(words, placeOptions)
  const control = controlId.safeParse(positionals[0])
  if (!control.success) throw new Error('say which control, as join and status print it: leave control_…')
  const url = leaveControl({ control: control.data, ...openPlace(values) })
  process.stdout.write(
    `Left ${control.data} (${url}), which may ask for nothing here any more. It still lists this relay: remove it there too.\n`,
  )
}
