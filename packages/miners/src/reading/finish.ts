import { reading, type Fan, type Hashboard, type MinerPool, type Problem, type Reading } from '@headframe/protocol'
import type { Draft } from '../driver.ts'
import { MinerError } from '../miner-error.ts'
import { outOfBounds } from './bounds.ts'
import { kept, text } from './text.ts'

type Given = { readonly driver: string; readonly at: number; readonly notes: readonly string[] }

/** Completes what a driver drafted: what is missing is `null`, missing boards are named, texts are clean, all is bounded. */
export function finishReading(draft: Draft, given: Given): Reading {
  // Of a reply that was cut off nobody knows what it lacks.
  const { expected = null, ...drafted } = given.notes.length > 0 ? { ...draft, expected: null } : draft
  const full: Reading = {
    ...empty,
    ...drafted,
    ...texts(draft),
    at: given.at,
    driver: given.driver,
    hashboards: withMissing((draft.hashboards ?? []).slice(0, 64), expected).map(cleanBoard),
    fans: (draft.fans ?? []).slice(0, 32),
    psu: draft.psu ? { ...draft.psu, model: text(draft.psu.model), serial: text(draft.psu.serial) } : null,
    pools: (draft.pools ?? []).slice(0, 16).map(cleanPool),
    problems: [],
  }
  const told = draft.problems ?? []
  const seen = partProblems(full, expected).filter(one => !told.some(problem => sameFault(problem, one)))
  const problems = [...told, ...seen, ...outOfBounds(full), ...given.notes.map(noted)]
  const finished = reading.safeParse({ ...full, problems: distinct(problems).slice(0, 64) })
  if (finished.success) return finished.data
  const [issue] = finished.error.issues
  throw new MinerError('bad-reply', `no reading can hold what it tells: ${issue?.path.join('.')}: ${issue?.message}`)
}

/** The machine has a code for what its parts show as well. */
function sameFault(a: Problem, b: Problem): boolean {
  return a.code === b.code && a.component === b.component
}

const empty: Omit<Reading, 'at' | 'driver' | 'make' | 'firmware'> = {
  model: null,
  firmwareVersion: null,
  mac: null,
  serial: null,
  hostname: null,
  mining: 'unknown',
  uptimeS: null,
  hashrateHs: null,
  windowMs: null,
  expectedHashrateHs: null,
  nameplateHashrateHs: null,
  algorithm: null,
  powerW: null,
  powerSource: null,
  powerLimitW: null,
  hashboards: [],
  fans: [],
  psu: null,
  inletTempC: null,
  pools: [],
  faultLight: null,
  problems: [],
}

function texts(draft: Draft) {
  return {
    make: text(draft.make),
    model: text(draft.model),
    firmware: text(draft.firmware),
    firmwareVersion: text(draft.firmwareVersion),
    serial: text(draft.serial),
    hostname: text(draft.hostname),
    algorithm: text(draft.algorithm),
  }
}

function cleanBoard(board: Hashboard): Hashboard {
  return { ...board, serial: text(board.serial) }
}

function cleanPool(pool: MinerPool): MinerPool {
  return { ...pool, url: kept(pool.url), user: kept(pool.user) }
}

type Expected = NonNullable<Draft['expected']> | null

/** A lost board stays in the list, so that "3 of 4" can be shown. It takes the lowest free number of the machine. */
function withMissing(found: readonly Hashboard[], expected: Expected): readonly Hashboard[] {
  const boards = found.map(board => ({ ...board, chipsExpected: board.chipsExpected ?? expected?.chips ?? null }))
  const lost = wanted(boards, expected) - boards.length
  if (lost <= 0 || boards.length === 0) return boards
  const taken = new Set(boards.map(board => board.slot))
  // The S9 numbers its three boards 5 to 7 (6 to 8 in its own words), everyone else from 0.
  const lowest = Math.min(...taken)
  const first = expected?.boards === null ? lowest : lowest >= 5 ? 5 : 0
  const free = Array.from({ length: 64 }, (_, index) => first + index).filter(slot => !taken.has(slot))
  return [...boards, ...free.slice(0, lost).map(slot => absentBoard(slot, expected?.chips ?? null))].toSorted(
    (a, b) => a.slot - b.slot,
  )
}

/** Of a model that we do not know, a gap in the numbers is a lost board: who lists 0, 1 and 3 lacks 2. */
function wanted(boards: readonly Hashboard[], expected: Expected): number {
  if (expected === null) return 0
  const slots = boards.map(board => board.slot)
  const span = Math.max(...slots) - Math.min(...slots) + 1
  return expected.boards ?? (span <= mostBoards ? span : 0)
}

const mostBoards = 16

function absentBoard(slot: number, chipsExpected: number | null): Hashboard {
  return { ...blankBoard, slot, present: false, chipsExpected }
}

export const blankBoard: Hashboard = {
  slot: 0,
  present: true,
  hashrateHs: null,
  chips: null,
  chipsExpected: null,
  boardTempC: null,
  chipTempC: null,
  inletTempC: null,
  outletTempC: null,
  frequencyMhz: null,
  voltageV: null,
  serial: null,
  hwErrors: null,
}

/** What the parts themselves tell, whatever the vendor's codes say. */
function partProblems(full: Reading, expected: Expected): readonly Problem[] {
  const working = full.mining === 'running' || full.mining === 'tuning'
  return [
    ...full.hashboards.filter(board => !board.present).map(board => missingBoard(board.slot)),
    ...shortOfChips(full.hashboards).map(fewChips),
    ...(working ? full.fans.filter(fan => fan.rpm === 0).map(stopped) : []),
    ...(working ? missingFans(full.fans, expected) : []),
  ]
}

/** Where several boards agree on a count, it is the table of models that is wrong: bins differ within a name. */
function shortOfChips(boards: readonly Hashboard[]): readonly Hashboard[] {
  const counted = boards.filter(board => board.present && board.chips !== null)
  if (counted.length > 1 && new Set(counted.map(board => board.chips)).size === 1) return []
  return counted.filter(board => board.chipsExpected !== null && (board.chips ?? 0) < board.chipsExpected)
}

function missingBoard(slot: number): Problem {
  return {
    vendorCode: null,
    code: 'hashboard-missing',
    component: `hashboard ${slot}`,
    text: 'The hashboard is not found.',
  }
}

function fewChips(board: Hashboard): Problem {
  const words = `${board.chips} of ${board.chipsExpected} chips are found.`
  return { vendorCode: null, code: 'chips-missing', component: `hashboard ${board.slot}`, text: words }
}

function stopped(fan: Fan): Problem {
  return { vendorCode: null, code: 'fan-stopped', component: `fan ${fan.slot}`, text: 'The fan stands still.' }
}

function missingFans(fans: readonly Fan[], expected: Expected): readonly Problem[] {
  const wanted = expected?.fans ?? 0
  if (fans.length === 0 || fans.length >= wanted) return []
  return [
    { vendorCode: null, code: 'fan-stopped', component: null, text: `${fans.length} of ${wanted} fans are found.` },
  ]
}

function noted(note: string): Problem {
  return { vendorCode: null, code: 'other', component: null, text: text(note) }
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  const clean = problems.map(problem => ({
    vendorCode: text(problem.vendorCode),
    code: problem.code,
    component: text(problem.component),
    text: text(problem.text),
  }))
  return [
    ...new Map(clean.map(problem => [`${problem.code}|${problem.component}|${problem.vendorCode}`, problem])).values(),
  ]
}
