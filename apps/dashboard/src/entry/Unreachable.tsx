import { createEffect, onCleanup } from 'solid-js'
import { useSession } from '../api/session.tsx'
import { useIo } from '../io.ts'
import { Button } from '../parts/Button.tsx'
import { EntryPage } from './EntryPage.tsx'

/** A control that restarts, or has its hands full for a moment, is back without anybody pressing a button. */
export const againAfterMs = 5000

/** In place of everything while control does not say who is here. */
export function Unreachable(props: { readonly text: string }) {
  const session = useSession()
  const io = useIo()
  const again = () => void session.load()
  createEffect(() => {
    // Each failure is a state of its own.
    session.state()
    onCleanup(io.after(againAfterMs, again))
  })
  return (
    <EntryPage title="Headframe cannot be reached">
      <p role="alert">{props.text}</p>
      <Button kind="primary" onClick={again}>
        Try again
      </Button>
    </EntryPage>
  )
}
