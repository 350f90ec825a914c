import { cgi } from './antminer/requests.ts'
import { httpReply, textReply } from './ask.ts'
import type { Answers, Driver, HttpReply, Identity, Probe, Request, Transport } from './driver.ts'
import { endsAll, MinerError } from './miner-error.ts'
import { patient } from './patience.ts'
import { kept } from './reading/text.ts'
import { drivers } from './registry.ts'
import { converse } from './run.ts'
import { strangerIn } from './strangers.ts'

export type Identified = Exclude<Recognised, { kind: 'miner' }> | (Extract<Recognised, { kind: 'miner' }> & Identity)

export type Recognised =
  | { readonly kind: 'miner'; readonly driver: Driver }
  /** It answers, but no driver is for it. `said` is what it calls itself, or the beginning of what it said. */
  | { readonly kind: 'stranger'; readonly said: string }
  | { readonly kind: 'silent' }

type Options = { readonly transport: Transport; readonly signal: AbortSignal }

/** Finds out what is at an address, and asks it for its name. */
export async function identifyMiner({ transport: plain, signal }: Options): Promise<Identified> {
  const transport = patient(plain)
  const found = await recogniseMiner({ transport, signal })
  return found.kind === 'miner' ? { ...found, ...(await askMinerWho(found.driver, { transport, signal })) } : found
}

/**
 * Finds out what is at an address. Probes run side by side until one answer cannot be outdone by those still out.
 * Rejects with `MinerError` when it was broken off, or when this machine was short of sockets: that is not "absent".
 */
export async function recogniseMiner({ transport: plain, signal }: Options): Promise<Recognised> {
  const transport = patient(plain)
  const seen = await firstRound({ transport, signal })
  const answers = await secondRound(seen, { transport, signal })
  const stranger = strangerIn(answers)
  const driver = recognised(answers)
  if (driver && (stranger === null || driver.identify.priority < stranger.priority)) {
    const hidden = driver.id === 'antminer-stock' ? await inDisguise(answers, { transport, signal }) : null
    if (hidden !== null) return { kind: 'stranger', said: hidden }
    return { kind: 'miner', driver }
  }
  if (stranger) return { kind: 'stranger', said: stranger.said }
  const said = firstWords(answers)
  return said === null ? { kind: 'silent' } : { kind: 'stranger', said }
}

function recognised(answers: Answers): Driver | null {
  return (
    drivers
      .toSorted((a, b) => a.identify.priority - b.identify.priority)
      .find(driver => driver.identify.recognises(answers)) ?? null
  )
}

const nothing: Answers = {
  version: null,
  devdetails: null,
  stats: null,
  getVersion: null,
  root: null,
  axe: null,
  v3: null,
}

type Sent = Exclude<Request, { kind: 'note' }>
type Asked = {
  readonly probe: Probe
  readonly request: Sent
  /** The best that its answer can reveal: a priority. */
  readonly best: number
}

const page = (path: string): Sent => ({
  kind: 'http',
  method: 'GET',
  path,
  port: 80,
  auth: 'none',
  account: null,
  body: null,
})

const probes: readonly Asked[] = [
  { probe: 'version', request: { kind: 'cgminer', body: { command: 'version' } }, best: 10 },
  { probe: 'root', request: page('/'), best: 10 },
  {
    probe: 'v3',
    request: { kind: 'whatsminer-v3', cmd: 'get.device.info', param: undefined, account: null, sealed: false },
    best: 30,
  },
  { probe: 'devdetails', request: { kind: 'cgminer', body: { command: 'devdetails' } }, best: 10 },
  { probe: 'axe', request: page('/api/system/info'), best: 18 },
]

/** All probes, two at a time in this order; those that no longer matter are broken off. */
async function firstRound({ transport, signal }: Options): Promise<Answers> {
  const enough = new AbortController()
  const either = AbortSignal.any([signal, enough.signal])
  let answers = nothing
  const out = new Set(probes.map(one => one.probe))
  const line = [...probes]
  const lane = async () => {
    for (let next = line.shift(); next && !enough.signal.aborted; next = line.shift()) {
      const answer = await probe(next.request, { transport, signal: either }, enough.signal)
      answers = { ...answers, ...answerOf(next.probe, answer) }
      out.delete(next.probe)
      if (isSure(answers, out)) enough.abort('enough')
    }
  }
  await Promise.all([lane(), lane()])
  return answers
}

/** `null` for no answer. */
async function probe(request: Sent, { transport, signal }: Options, enough: AbortSignal | null): Promise<unknown> {
  try {
    return await transport.request(request, signal)
  } catch (error) {
    if (!(error instanceof MinerError)) throw error
    const noLongerNeeded = error.code === 'aborted' && enough?.aborted === true
    if (endsAll(error) && !noLongerNeeded) throw error
    return null
  }
}

function answerOf(name: Probe, answer: unknown): Partial<Answers> {
  if (name === 'root') return { root: httpOf(answer) }
  const http = httpReply.safeParse(answer)
  const text = textReply.safeParse(http.success ? (http.data.status === 200 ? http.data.body : null) : answer)
  return { [name]: text.success ? text.data : null }
}

function httpOf(answer: unknown): HttpReply | null {
  const parsed = httpReply.safeParse(answer)
  return parsed.success ? parsed.data : null
}

/** No probe that is still out could name something that comes first. */
function isSure(answers: Answers, out: ReadonlySet<Probe>): boolean {
  const driver = recognised(answers)
  const found = Math.min(driver?.identify.priority ?? Infinity, strangerIn(answers)?.priority ?? Infinity)
  const settled: readonly Probe[] = driver?.identify.priority === found ? driver.identify.settles : []
  return probes.every(one => !out.has(one.probe) || one.best > found || settled.includes(one.probe))
}

/** WhatsMiner tells its age in `get_version`; others that answer without a name may have one in their statistics. */
async function secondRound(answers: Answers, options: Options): Promise<Answers> {
  const found = recognised(answers)
  if (strangerIn(answers) || (found && !found.id.startsWith('whatsminer')) || found?.id === 'whatsminer-v3')
    return answers
  const asked = [
    ...(answers.version === null && answers.devdetails === null ? [] : onApi),
    ...(answers.root ? onWeb : []),
  ]
  let next = answers
  for (const { probe: name, request } of asked) {
    next = { ...next, ...answerOf(name, await probe(request, options, null)) }
    if (recognised(next) || strangerIn(next)) return next
  }
  return next
}

type Second = Pick<Asked, 'probe' | 'request'>

const onApi: readonly Second[] = [
  { probe: 'getVersion', request: { kind: 'whatsminer', cmd: 'get_version' } },
  { probe: 'stats', request: { kind: 'cgminer', body: { command: 'stats' } } },
]
/** An Antminer whose owner has switched its login off shows no realm. */
const onWeb: readonly Second[] = [{ probe: 'stats', request: page('/cgi-bin/stats.cgi') }]

/** After-market firmware that says nothing of itself in `version`: its statistics or its own page do. */
async function inDisguise(answers: Answers, options: Options): Promise<string | null> {
  if (await isKaonsu(answers, options)) return 'MARA firmware'
  if (answers.version === null || answers.stats !== null) return null
  const stats = await probe({ kind: 'cgminer', body: { command: 'stats' } }, options, null)
  return strangerIn({ ...answers, ...answerOf('stats', stats) })?.said ?? null
}

/** MARA's firmware can wear the realm of the maker: only its own page tells. */
async function isKaonsu(answers: Answers, options: Options): Promise<boolean> {
  if (answers.root?.status !== 401) return false
  const reply = await probe(cgi('', { path: '/kaonsu/v1/brief' }), options, null)
  return httpOf(reply)?.status === 200
}

/** What a miner says of itself, for one that cannot be read: nothing, where it does not answer that either. */
export async function askMinerWho(driver: Driver, { transport, signal }: Options): Promise<Identity> {
  try {
    return await converse(driver.identify.ask(), { transport, signal, note: () => {} })
  } catch (error) {
    if (!(error instanceof MinerError) || endsAll(error)) throw error
    return { make: null, model: null, firmwareVersion: null, mac: null, serial: null, hostname: null }
  }
}

function firstWords(answers: Answers): string | null {
  const { root } = answers
  const title = /<title>([^<]*)/i.exec(root?.body ?? '')?.[1] ?? ''
  const web = root && `HTTP ${root.status} ${root.headers['server'] ?? ''} ${title}`
  const said = answers.version ?? answers.devdetails ?? answers.v3 ?? web
  return said === null ? null : kept(said)
}
