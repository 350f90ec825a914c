import { z } from 'zod'
import type { Answer } from '../protocol.ts'
import { decrypted, encrypted } from './cipher.ts'
import { envelope, plain, type Status, type V2 } from './v2-envelope.ts'

export const writeCommands: ReadonlySet<string> = new Set([
  'update_pools',
  'restart_btminer',
  'reboot',
  'set_led',
  'power_off',
  'power_on',
  'factory_reset',
  'update_pwd',
])

const field = z.string().max(256)

const call = z.discriminatedUnion('cmd', [
  z.object({
    cmd: z.literal('update_pools'),
    pool1: field,
    worker1: field,
    passwd1: field,
    pool2: field,
    worker2: field,
    passwd2: field,
    pool3: field,
    worker3: field,
    passwd3: field,
  }),
  z.object({ cmd: z.literal('restart_btminer') }),
  z.object({ cmd: z.literal('reboot'), respbefore: z.string().optional() }),
  z.object({
    cmd: z.literal('set_led'),
    param: z.literal('auto').optional(),
    color: z.enum(['red', 'green']).optional(),
    period: z.number().optional(),
    duration: z.number().optional(),
    start: z.number().optional(),
  }),
])

const signed = z.looseObject({ cmd: z.string().max(64), token: z.string().max(64) })

/** A write: it must decrypt with the key of the password, and bear the sign of a living token. */
export function answerEncrypted(v2: V2, data: string): Answer {
  // Until its owner changes the password or allows it, a WhatsMiner takes no writes.
  if (!v2.inside.identity.writeApi) return plain(v2, { code: 45, text: "can't access write cmd", isError: true })
  const key = v2.tokens.key()
  const request = signed.safeParse(parsed(decrypted(data, key)))
  if (!request.success) return plain(v2, { code: 23, text: 'enc json load err', isError: true })
  if (!v2.tokens.isGood(request.data.token)) return plain(v2, { code: 135, text: 'check token err', isError: true })
  const answer = act(v2, request.data)
  if (answer === null) return null
  return { ...answer, text: JSON.stringify({ enc: encrypted(answer.text, key) }) }
}

function act(v2: V2, request: z.infer<typeof signed>): Answer {
  const asked = call.safeParse(request)
  if (!asked.success) {
    const isKnown = call.options.some(option => option.shape.cmd.value === request.cmd)
    return plain(v2, isKnown ? { code: 132, text: 'API command ERROR', isError: true } : unknownCommand)
  }
  const { data } = asked
  switch (data.cmd) {
    case 'update_pools':
      v2.inside.setPools([
        { url: data.pool1, user: data.worker1, password: data.passwd1 },
        { url: data.pool2, user: data.worker2, password: data.passwd2 },
        { url: data.pool3, user: data.worker3, password: data.passwd3 },
      ])
      if (!v2.model.poolsNeedRestart) v2.inside.restartMining()
      return done(v2)
    case 'restart_btminer':
      v2.inside.restartMining()
      return done(v2)
    case 'reboot':
      return reboot(v2, data.respbefore === 'true')
    case 'set_led':
      v2.inside.locate(data.param !== 'auto')
      return done(v2)
  }
}

const unknownCommand: Status = { code: 14, text: 'invalid cmd', isError: true }

// Asked to answer before, it does; else the network is gone before the answer is out.
function reboot(v2: V2, answersBefore: boolean): Answer {
  if (answersBefore) return done(v2, () => v2.inside.reboot())
  v2.inside.reboot()
  return null
}

function done(v2: V2, after?: () => void): Answer {
  const text = envelope(v2, { code: 131, text: 'API command OK' })
  return after === undefined ? { text } : { text, after }
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
