import { readAnswer } from './answer.ts'
import type { Answer, Response } from './answer.ts'
import { addJob, findJob } from './job-table.ts'
import type { Extranonce, SessionJob } from './job-table.ts'
import type { Job } from './job.ts'
import type { Direction, Message } from './message.ts'
import { ask, settle } from './pairing.ts'
import type { Waiting } from './pairing.ts'
import type { Reject, RejectClass } from './reject.ts'
import type { Share, ShareWork } from './share.ts'
import { addShare, emptyTally } from './tally.ts'
import type { Tally } from './tally.ts'

/** What is known of one miner's connection from the lines that went by. */
export interface SessionState {
  readonly agent: string | null
  /** In the order in which they first asked. */
  readonly workers: readonly SessionWorker[]
  /** Counts from the next job on. */
  readonly extranonce: Extranonce | null
  /** Counts at once. `null` while version rolling is off. */
  readonly versionMask: number | null
  /** Counts from the next job on. */
  readonly difficulty: number | null
  /** Newest last. */
  readonly jobs: readonly SessionJob[]
  readonly jobsEver: number
  readonly accepted: Tally
  readonly rejected: Readonly<Partial<Record<RejectClass, Tally>>>
  /** How long the pool took for its last answer. */
  readonly lastLatencyMs: number | null
  readonly waiting: readonly Waiting<Asked>[]
}

export interface SessionWorker {
  readonly name: string
  /** `null` until the pool has answered. */
  readonly authorized: boolean | null
}

/** A share with what was in force when it was submitted. */
export interface SubmittedShare {
  readonly share: Share
  /** `null` when the session has no job of that id. */
  readonly job: SessionJob | null
  readonly extranonce: Extranonce | null
  readonly versionMask: number | null
}

export interface SessionEvent {
  readonly direction: Direction
  readonly message: Message
  /** Milliseconds of a clock that does not jump. */
  readonly at: number
  /** What the caller knows this line by; comes back in the `answer` fact of its response. */
  readonly seq?: number
}

/** What one line tells. */
export type Fact =
  | { readonly kind: 'agent'; readonly agent: string | null }
  | { readonly kind: 'worker'; readonly worker: string; readonly authorized: boolean; readonly reject: Reject | null }
  | { readonly kind: 'extranonce'; readonly extranonce: Extranonce }
  | { readonly kind: 'version-mask'; readonly mask: number | null }
  | { readonly kind: 'difficulty'; readonly difficulty: number }
  | { readonly kind: 'job'; readonly job: SessionJob }
  | { readonly kind: 'share'; readonly submitted: SubmittedShare }
  | {
      readonly kind: 'verdict'
      readonly submitted: SubmittedShare
      /** `null` when accepted. */
      readonly reject: Reject | null
      readonly latencyMs: number
    }
  | {
      readonly kind: 'answer'
      readonly method: string
      readonly askedSeq: number | null
      readonly latencyMs: number
      readonly answer: Answer
    }
  | { readonly kind: 'orphan' }
  | { readonly kind: 'reconnect'; readonly host: string | null; readonly port: number | null }
  | { readonly kind: 'unreadable' }

export interface Step {
  readonly state: SessionState
  readonly facts: readonly Fact[]
}

/** A request that waits, with what its answer will need. */
export interface Asked {
  readonly method: string
  readonly seq: number | null
  /** Of an `authorize`. */
  readonly worker: string | null
  /** Of a `submit`. */
  readonly submitted: SubmittedShare | null
}

export const newSession: SessionState = {
  agent: null,
  workers: [],
  extranonce: null,
  versionMask: null,
  difficulty: null,
  jobs: [],
  jobsEver: 0,
  accepted: emptyTally,
  rejected: {},
  lastLatencyMs: null,
  waiting: [],
}

/** Takes in one line of either direction. */
export function step(state: SessionState, event: SessionEvent): Step {
  const { message } = event
  switch (message.kind) {
    case 'request':
    case 'notification':
      return event.direction === 'm2p' ? fromMiner(state, event, message) : fromPool(state, event, message)
    case 'response':
      return answered(state, event, message)
    case 'unreadable':
      return { state, facts: [{ kind: 'unreadable' }] }
    case 'blank':
      return { state, facts: [] }
  }
}

/** What it takes to check a share; `null` when its job or extranonce never went by. */
export function workOf({ share, job, extranonce, versionMask }: SubmittedShare): ShareWork | null {
  if (job === null || extranonce === null) return null
  const { extranonce1 } = extranonce
  return { job: job.job, extranonce1, versionMask, difficulty: job.difficulty, share }
}

type Calling = Extract<Message, { kind: 'request' | 'notification' }>

const mostWorkers = 64

function fromMiner(state: SessionState, event: SessionEvent, message: Calling): Step {
  const { call } = message
  const worker = call.kind === 'authorize' ? call.worker : null
  const submitted = call.kind === 'submit' ? submittedNow(state, call.share) : null
  const asking = waitFor(state, event, { message, worker, submitted })
  if (call.kind === 'subscribe') {
    return { state: { ...asking, agent: call.agent }, facts: [{ kind: 'agent', agent: call.agent }] }
  }
  if (submitted !== null) return { state: asking, facts: [{ kind: 'share', submitted }] }
  return { state: worker === null ? asking : withWorker(asking, worker, null), facts: [] }
}

function fromPool(state: SessionState, event: SessionEvent, message: Calling): Step {
  const { call } = message
  if (call.kind === 'notify') return withJob(state, event.at, call.job)
  if (call.kind === 'set_difficulty') {
    return {
      state: { ...state, difficulty: call.difficulty },
      facts: [{ kind: 'difficulty', difficulty: call.difficulty }],
    }
  }
  if (call.kind === 'set_extranonce') return withExtranonce(state, call)
  if (call.kind === 'set_version_mask') return withMask(state, call.mask)
  if (call.kind === 'reconnect') return { state, facts: [{ kind: 'reconnect', host: call.host, port: call.port }] }
  return { state: waitFor(state, event, { message, worker: null, submitted: null }), facts: [] }
}

interface ToAsk {
  readonly message: Calling
  readonly worker: string | null
  readonly submitted: SubmittedShare | null
}

function waitFor(state: SessionState, event: SessionEvent, { message, worker, submitted }: ToAsk): SessionState {
  if (message.kind === 'notification') return state
  const asked: Asked = { method: message.method, seq: event.seq ?? null, worker, submitted }
  return { ...state, waiting: ask(state.waiting, { direction: event.direction, id: message.id, at: event.at, asked }) }
}

function answered(before: SessionState, event: SessionEvent, response: Response): Step {
  if (response.id === null) return { state: before, facts: [{ kind: 'orphan' }] }
  const { direction, at } = event
  const { waiting, request } = settle(before.waiting, { direction, id: response.id, at })
  if (request === null) return { state: before, facts: [{ kind: 'orphan' }] }
  const { asked } = request
  const latencyMs = at - request.at
  const answer = readAnswer(response, asked.method)
  const lastLatencyMs = direction === 'p2m' ? latencyMs : before.lastLatencyMs
  const { state, facts } = learn({ ...before, waiting, lastLatencyMs }, answer, { asked, latencyMs })
  return { state, facts: [{ kind: 'answer', method: asked.method, askedSeq: asked.seq, latencyMs, answer }, ...facts] }
}

function learn(state: SessionState, answer: Answer, to: { readonly asked: Asked; readonly latencyMs: number }): Step {
  const { worker, submitted } = to.asked
  if (answer.kind === 'subscribe-result') return withExtranonce(state, answer)
  if (answer.kind === 'configure-result') return withMask(state, answer.versionRolling ? answer.mask : null)
  if (answer.kind === 'authorize-result' && worker !== null) {
    const { authorized, reject } = answer
    return {
      state: withWorker(state, worker, authorized),
      facts: [{ kind: 'worker', worker, authorized, reject }],
    }
  }
  if (answer.kind === 'submit-result' && submitted !== null) {
    const { reject } = answer
    const facts: readonly Fact[] = [{ kind: 'verdict', submitted, reject, latencyMs: to.latencyMs }]
    return { state: withVerdict(state, submitted, reject), facts }
  }
  return { state, facts: [] }
}

function submittedNow(state: SessionState, share: Share): SubmittedShare {
  const job = findJob(state.jobs, share.jobId)
  // A pool may send work before it has answered `subscribe`.
  return { share, job, extranonce: job?.extranonce ?? state.extranonce, versionMask: state.versionMask }
}

function withVerdict(state: SessionState, { job }: SubmittedShare, reject: Reject | null): SessionState {
  const difficulty = job?.difficulty ?? null
  if (reject === null) return { ...state, accepted: addShare(state.accepted, difficulty) }
  const tally = addShare(state.rejected[reject.class] ?? emptyTally, difficulty)
  return { ...state, rejected: { ...state.rejected, [reject.class]: tally } }
}

function withWorker(state: SessionState, name: string, authorized: boolean | null): SessionState {
  const isKnown = state.workers.some(worker => worker.name === name)
  const asked = isKnown ? state.workers : [...state.workers, { name, authorized }].slice(-mostWorkers)
  if (authorized === null) return { ...state, workers: asked }
  return { ...state, workers: asked.map(worker => (worker.name === name ? { name, authorized } : worker)) }
}

function withJob(state: SessionState, at: number, job: Job): Step {
  const { difficulty, extranonce } = state
  const entry: SessionJob = { receipt: state.jobsEver, at, job, difficulty, extranonce }
  const next = { ...state, jobs: addJob(state.jobs, entry), jobsEver: state.jobsEver + 1 }
  return { state: next, facts: [{ kind: 'job', job: entry }] }
}

function withExtranonce(state: SessionState, { extranonce1, extranonce2Size }: Extranonce): Step {
  const extranonce = { extranonce1, extranonce2Size }
  return { state: { ...state, extranonce }, facts: [{ kind: 'extranonce', extranonce }] }
}

function withMask(state: SessionState, mask: number | null): Step {
  return { state: { ...state, versionMask: mask }, facts: [{ kind: 'version-mask', mask }] }
}
