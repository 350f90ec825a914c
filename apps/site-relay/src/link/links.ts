import type { ControlId, MinerId, MinerInfo, Moment, Reading, UpMessage } from '@headframe/protocol'
import type { EnrolledControl } from '../store/controls.ts'
import type { Dialled, DialDeps } from './dial.ts'
import { createLink, type Link, type LinkDeps } from './link.ts'

/** How it stands with one control, for the people on this box. */
export interface LinkReport {
  readonly control: ControlId
  readonly url: string
  readonly state: string
  /** Since when it is up, or is not: epoch ms. */
  readonly sinceAt: number
  readonly why: string | null
  /** Up to where control has history; `null` when it has not said. */
  readonly reached: Moment | null
}

/** One link for each control that this relay is enrolled with. */
export interface Links {
  /** Dials controls that are new, and leaves those that are not among them. */
  readonly follow: (controls: readonly EnrolledControl[]) => void
  readonly tick: () => void
  readonly beatSoon: () => void
  readonly onReading: (info: MinerInfo, reading: Reading) => void
  /** Ends all connections, so that each greets anew: with another epoch, or another policy. */
  readonly redial: () => void
  /** Tells one control something, of no use once it is late: false when that control is not linked. */
  readonly say: (control: ControlId, message: UpMessage) => boolean
  /** All miners that somebody watches. */
  readonly watched: () => ReadonlySet<MinerId>
  readonly states: () => Readonly<Record<string, string>>
  readonly reports: () => readonly LinkReport[]
}

export interface LinksDeps extends Omit<LinkDeps, 'enrolled' | 'hello' | 'durable' | 'command' | 'told' | 'renewed'> {
  /** The rest of a link, for one control. */
  readonly of: (enrolled: EnrolledControl) => Pick<LinkDeps, 'hello' | 'durable' | 'command' | 'told' | 'renewed'>
  /** Keeps one link connected. */
  readonly dial: (deps: DialDeps) => Dialled
  readonly log: (control: ControlId) => DialDeps['log']
  readonly random: () => number
  /** A control says that it took this box away from its relay. */
  readonly removed?: ((enrolled: EnrolledControl) => void) | undefined
  readonly signal: AbortSignal
}

interface Open {
  readonly link: Link
  readonly dialled: Dialled
  readonly end: AbortController
  readonly enrolled: EnrolledControl
}

export function createLinks(deps: LinksDeps): Links {
  const open = new Map<ControlId, Open>()
  const each = (run: (each: Open) => void) => [...open.values()].forEach(run)
  return {
    follow: controls => {
      for (const [control, { end }] of open) {
        if (controls.some(each => each.control === control)) continue
        open.delete(control)
        end.abort()
      }
      for (const enrolled of controls) {
        const before = open.get(enrolled.control)
        if (before && sameEnrolment(before.enrolled, enrolled)) continue
        before?.end.abort()
        open.set(enrolled.control, start(enrolled, deps))
      }
    },
    tick: () => each(({ link }) => link.tick()),
    beatSoon: () => each(({ link }) => link.beatSoon()),
    onReading: (info, reading) => each(({ link }) => link.onReading(info, reading)),
    redial: () => each(({ dialled }) => dialled.redial()),
    say: (control, message) => open.get(control)?.link.say(message) ?? false,
    watched: () => new Set([...open.values()].flatMap(({ link }) => [...link.watched()])),
    reports: () => [...open.values()].map(reportOf),
    states: () => Object.fromEntries([...open].map(([control, { dialled }]) => [control, dialled.state()])),
  }
}

const reportOf = ({ enrolled, link, dialled }: Open): LinkReport => ({
  control: enrolled.control,
  url: enrolled.url,
  state: dialled.state(),
  sinceAt: link.sinceAt(),
  why: dialled.why(),
  reached: link.reached(),
})

const sameEnrolment = (a: EnrolledControl, b: EnrolledControl) =>
  a.url === b.url && a.relay === b.relay && a.enrolledAt === b.enrolledAt

function start(enrolled: EnrolledControl, deps: LinksDeps): Open {
  const link = createLink({ ...deps, ...deps.of(enrolled), enrolled })
  const end = new AbortController()
  const signal = AbortSignal.any([deps.signal, end.signal])
  const removed = () => deps.removed?.(enrolled)
  const dialled = deps.dial({ link, enrolled, log: deps.log(enrolled.control), random: deps.random, removed, signal })
  return { link, dialled, end, enrolled }
}
