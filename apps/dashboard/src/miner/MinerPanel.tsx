import { A, useLocation, useNavigate } from '@solidjs/router'
import { columns, miningStates, type MinerId, type MinerInfo } from '@headframe/protocol'
import { createEffect, on, onCleanup, onMount, Show } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { ageAt, valueAt } from '../live/values.ts'
import { spanText } from '../parts/amount.ts'
import { Icon } from '../parts/Icon.tsx'
import { Notice } from '../parts/Notice.tsx'
import { StateMark } from '../parts/StateMark.tsx'
import { createTitle } from '../shell/create-title.ts'
import { Commands } from './Commands.tsx'
import { createReading } from './create-reading.ts'
import { Identity } from './Identity.tsx'
import styles from './MinerPanel.module.css'
import { MinerFigures } from './MinerFigures.tsx'
import { Parts } from './Parts.tsx'
import { Pools } from './Pools.tsx'
import { ProblemList } from './ProblemList.tsx'

/** One miner, beside the list it came from; a page of its own on a phone. */
export function MinerPanel(props: { readonly miner: MinerId }) {
  const site = useSite()
  const location = useLocation()
  const navigate = useNavigate()
  let heading: HTMLHeadingElement | undefined
  const row = () => site.fleet().rowOf(props.miner)
  const info = () => site.fleet().infoAt(row() ?? -1)
  const listPath = () => `/s/${site.id}/miners${location.search}`
  createTitle(() => info()?.address ?? 'Miner')

  createEffect(() => {
    const shown = row()
    site.view('miner', shown === undefined ? null : { rows: [shown], columns: [] })
  })
  onCleanup(() => site.view('miner', null))

  const close = (event: KeyboardEvent) => {
    if (
      event.key !== 'Escape' ||
      event.defaultPrevented ||
      document.querySelector('[role="dialog"]:not([popover]), :popover-open')
    )
      return
    navigate(listPath(), { scroll: false })
    document.getElementById('miners-grid')?.focus()
  }
  onMount(() => {
    document.addEventListener('keydown', close)
    // On a phone the list is gone: a screen reader has to be told where it is now.
    if (window.matchMedia('(width < 900px)').matches) heading?.focus()
  })
  onCleanup(() => document.removeEventListener('keydown', close))

  let body: HTMLDivElement | undefined
  createEffect(
    on(
      () => props.miner,
      () => body?.scrollTo({ top: 0 }),
      { defer: true },
    ),
  )

  return (
    <aside class={styles.panel} aria-label={`Miner ${info()?.address ?? ''}`}>
      <PanelHeader info={info()} row={row()} listPath={listPath()} headingRef={element => (heading = element)} />
      <div class={styles.body} ref={body} tabindex={0} role="group" aria-label="Details">
        <Show when={info()} fallback={<Missing loaded={site.loaded()} />}>
          {info => <MinerBody info={info()} row={row() ?? 0} />}
        </Show>
      </div>
    </aside>
  )
}

function PanelHeader(props: {
  readonly info: MinerInfo | undefined
  readonly row: number | undefined
  readonly listPath: string
  readonly headingRef: (element: HTMLHeadingElement) => void
}) {
  const site = useSite()
  return (
    <header class={styles.header}>
      <A class={styles.close} href={props.listPath} aria-label="Back to the list" noScroll>
        <Icon name="close" size={18} />
      </A>
      <h2 class={styles.title} ref={props.headingRef} tabindex={-1}>
        {props.info?.address ?? 'Miner'}
      </h2>
      <Show when={props.row !== undefined}>
        <StateMark state={site.fleet().stateAt(props.row ?? 0)} note={miningNote(props.row ?? 0)} />
      </Show>
      <p class={styles.model}>
        <span>{props.info?.model ?? 'Model unknown'}</span>
        <span>{ageText()}</span>
      </p>
    </header>
  )

  function ageText(): string {
    const age = props.row === undefined ? null : ageAt(site.fleet(), props.row, site.now())
    return age === null ? 'never read' : `read ${spanText(age)} ago`
  }

  /** Starting and tuning are hashing, with a mark. */
  function miningNote(row: number): string | null {
    const mining = miningStates[valueAt(site.fleet(), columns.mining, row) ?? -1]
    return mining === 'starting' || mining === 'tuning' ? mining : null
  }
}

function MinerBody(props: { readonly info: MinerInfo; readonly row: number }) {
  const last = createReading(() => props.info.id)
  return (
    <>
      <MinerFigures row={props.row} reading={last().reading} />
      <ProblemList row={props.row} reading={last().reading} />
      <Commands info={props.info} row={props.row} />
      <Show
        when={last().reading}
        fallback={
          <Show when={!last().loading} fallback={<Notice title="Asking the relay for the details" />}>
            <Notice title="No details" text={last().failure ?? 'The relay has not read this miner yet.'} />
          </Show>
        }
      >
        {reading => (
          <>
            <Parts reading={reading()} />
            <Pools reading={reading()} />
          </>
        )}
      </Show>
      <Identity info={props.info} relay={useSite().fleet().relayOf(props.row)?.name ?? null} />
    </>
  )
}

function Missing(props: { readonly loaded: boolean }) {
  return (
    <Show when={props.loaded} fallback={<Notice title="Loading" />}>
      <Notice title="No such miner" text="It was removed from the inventory, or the address of this page is wrong." />
    </Show>
  )
}
