import type { Reading } from '@headframe/protocol'
import { z } from 'zod'
import type { Driver, HttpReply, Request, Transport } from './driver.ts'
import { identifyMiner } from './identify.ts'
import { MinerError } from './miner-error.ts'
import { parseReply } from './reading/repair.ts'
import { driverById, drivers } from './registry.ts'
import { readMiner } from './run.ts'

type Files = ReadonlyMap<string, Uint8Array>

/** The reading that a recorded set of replies gives. `meta.json` in it says how each file was fetched. */
export async function decodeRecorded(files: Files, now: number): Promise<{ driver: string; reading: Reading }> {
  const transport = recordedTransport(files)
  const signal = new AbortController().signal
  const driver = await driverOf(files, { transport, signal })
  return { driver: driver.id, reading: await readMiner({ driver, transport, signal, now: () => now }) }
}

const how = z.object({
  transport: z.string().max(64).optional(),
  port: z.number().int().optional(),
  command: z.string().max(256).optional(),
  cmd: z.string().max(256).optional(),
  parameter: z.string().max(256).optional(),
  method: z.string().max(16).optional(),
  path: z.string().max(1024).optional(),
})
const meta = z.object({
  family: z.string().max(64).optional(),
  firmware: z.string().max(256).nullish(),
  files: z.record(z.string().max(256), how).optional(),
})
type Meta = z.infer<typeof meta>

/** The replies name the driver; a set that lacks those is of the family that its `meta.json` says. */
async function driverOf(files: Files, options: { transport: Transport; signal: AbortSignal }): Promise<Driver> {
  const { family, firmware } = metaOf(files)
  const found = await identifyMiner(options)
  const named = family === undefined ? [] : ofFamily(family)
  if (family !== undefined && named.length === 0) throw noDriver(family)
  if (found.kind === 'miner' && (family === undefined || named.includes(found.driver))) return found.driver
  const byFamily = family === 'whatsminer' ? whatsminerOf(firmware) : named[0]
  if (!byFamily) throw noDriver(found.kind === 'stranger' ? found.said : 'a set without a family')
  return byFamily
}

/** The fixtures' families are named as our drivers are, but for the generations of WhatsMiner. */
function ofFamily(family: string): readonly Driver[] {
  return drivers.filter(driver => driver.id === family || driver.id.replace(/-v\d$/, '') === family)
}

/** V3 names itself; of the older ones the firmware's date tells. */
function whatsminerOf(firmware: string | null | undefined): Driver | null {
  return driverById(isOld(firmware) ? 'whatsminer-v1' : 'whatsminer-v2')
}

function isOld(firmware: string | null | undefined): boolean {
  const day = /^(\d{8})\./.exec(firmware ?? '')?.[1]
  return day !== undefined && day < '20220729'
}

function noDriver(what: string): MinerError {
  return new MinerError('unknown-family', `there is no driver for ${what.slice(0, 64)}`)
}

function metaOf(files: Files): Meta {
  const bytes = files.get('meta.json')
  if (!bytes) return {}
  const parsed = meta.safeParse(parseReply(decode(bytes)).value)
  if (!parsed.success)
    throw new MinerError('bad-reply', `meta.json: ${parsed.error.issues[0]?.message ?? 'not as expected'}`)
  return parsed.data
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

type Reply = { readonly name: string; readonly how: z.infer<typeof how> }

/** Answers from recorded replies: a port that none came from is closed, a request that was not recorded is not supported. */
export function recordedTransport(files: Files): Transport {
  const { files: listed } = metaOf(files)
  const replies = Object.entries(listed ?? inferred(files)).map(([name, fetched]): Reply => ({ name, how: fetched }))
  const text = (reply: Reply) => decode(files.get(reply.name) ?? new Uint8Array())
  return {
    request: async (request): Promise<string | HttpReply | undefined> => {
      if (request.kind === 'wait') return undefined
      const onPort = replies.filter(reply => files.has(reply.name) && portOf(reply) === port(request))
      if (onPort.length === 0) throw new MinerError('refused', 'nothing was recorded from that port')
      const reply = onPort.find(one => answers(one, request))
      if (request.kind === 'http') return { status: reply ? 200 : 404, headers: {}, body: reply ? text(reply) : '' }
      if (!reply) throw new MinerError('unsupported', 'that request was not recorded')
      return text(reply)
    },
  }
}

function portOf({ how: { port: told, transport } }: Reply): number {
  return told ?? (transport?.startsWith('tcp') ? 4028 : 80)
}

function port(request: Exclude<Request, { kind: 'wait' | 'note' }>): number {
  if (request.kind === 'http') return request.port
  return request.kind === 'whatsminer-v3' ? 4433 : 4028
}

/** Variants of a reply stand under longer names, after the plain one. */
function answers(reply: Reply, request: Request): boolean {
  const { command, cmd, parameter, path, method, transport } = reply.how
  const named = command ?? cmd
  switch (request.kind) {
    case 'http':
      return (method ?? 'GET') === request.method && path === request.path
    case 'cgminer':
      return named === request.body['command'] && transport !== sealed
    case 'whatsminer':
      return named === request.cmd && transport !== sealed
    case 'whatsminer-v3':
      return named === request.cmd && (parameter === undefined || parameter.split('+').includes(String(request.param)))
    case 'whatsminer-sealed':
      return named === request.cmd && transport === sealed
    case 'wait':
    case 'note':
      return false
  }
}

const sealed = 'tcp-json-encrypted'

/** Without a list in `meta.json` the names of the files say how they were fetched. */
function inferred(files: Files): Readonly<Record<string, z.infer<typeof how>>> {
  return Object.fromEntries(
    [...files.keys()].flatMap((name): (readonly [string, z.infer<typeof how>])[] => {
      const [, kind, rest] = /^(rpc|cgi|web|http)\.(.+)\.(?:json|malformed\.txt)$/.exec(name) ?? []
      if (kind === undefined || rest === undefined) return []
      if (kind === 'rpc') return [[name, { transport: 'tcp-json', command: rest }]]
      return [
        [name, { transport: 'http', path: kind === 'http' ? `/${rest.replaceAll('_', '/')}` : `/cgi-bin/${rest}.cgi` }],
      ]
    }),
  )
}
