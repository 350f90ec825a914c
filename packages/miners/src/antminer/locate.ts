import type { Command, Outcome } from '@headframe/protocol'
import { askHttp } from '../ask.ts'
import { done, failed, unknown } from '../commands/outcome.ts'
import { write } from '../commands/write.ts'
import type { Dialogue } from '../driver.ts'
import { MinerError } from '../miner-error.ts'
import { flag } from '../reading/number.ts'
import { row, type Row } from '../reading/rows.ts'
import { cgi, postForm, postJson } from './requests.ts'

/** Whether the light blinks. Old firmware tells it only in answer to a form. */
export function* askFaultLight(): Dialogue<boolean | null> {
  return (yield* askLight()).on
}

type Light = { readonly on: boolean | null; readonly generation: 'json' | 'form' }

function* askLight(): Dialogue<Light> {
  try {
    return { on: flag((yield* askHttp(cgi('get_blink_status'), row))['blink']), generation: 'json' }
  } catch (error) {
    if (!(error instanceof MinerError) || error.code !== 'unsupported') throw error
    return { on: blinking(yield* askHttp(form('onPageLoaded'), row)), generation: 'form' }
  }
}

function blinking(reply: Row): boolean | null {
  return flag(reply['isBlinking'])
}

function form(action: string) {
  const { writes: _, ...asked } = postForm('blink', [['action', action]])
  return asked
}

export function* locate(command: Extract<Command, { kind: 'locate' }>): Dialogue<Outcome> {
  const before = yield* askLight()
  const observedBefore = { faultLightBefore: before.on }
  if (before.on === command.on)
    return done(`The light already ${words(command.on)}.`, { ...observedBefore, faultLight: before.on })
  // The reply is not trusted: B001 is told both for yes and for no. The light is read back.
  yield* write(askHttp(before.generation === 'json' ? jsonBlink(command.on) : formBlink(command.on), row))
  const after = (yield* askLight()).on
  const observed = { ...observedBefore, faultLight: after }
  if (after === null)
    return unknown('bad-reply', 'It was sent, but the machine does not tell whether its light blinks.', observed)
  return after === command.on
    ? done(`The light ${words(after)}.`, observed)
    : failed('not-applied', `The light still ${words(after)}.`, observed)
}

function jsonBlink(on: boolean) {
  return postJson('blink', { blink: String(on) })
}

function formBlink(on: boolean) {
  return postForm('blink', [['action', on ? 'startBlink' : 'stopBlink']])
}

function words(on: boolean): string {
  return on ? 'blinks' : 'does not blink'
}
