import { type JSX } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { clockText } from '../parts/amount.ts'
import { Button } from '../parts/Button.tsx'
import { CopiedText } from './CopiedText.tsx'
import styles from './Settings.module.css'

/** A one-time code in the command that uses it, and what is to be done then. */
export function JoinCode(props: {
  readonly made: { readonly code: string; readonly expiresAt: number }
  /** Where the command is to be run. */
  readonly where: string
  /** What else is to be done there. */
  readonly more?: JSX.Element
  readonly note: JSX.Element
  readonly onDone: () => void
}) {
  const site = useSite()
  return (
    <div class={styles.steps}>
      <p>Run this on {props.where}, in the folder of Headframe:</p>
      <CopiedText
        text={`npm run -s headframe -- join ${location.origin} ${props.made.code}`}
        label="Copy the command"
      />
      {props.more}
      <p class={styles.note}>
        The code works once, until {clockText(props.made.expiresAt, site.now())}, and is not shown again. {props.note}
      </p>
      <Button kind="primary" onClick={() => props.onDone()}>
        Done
      </Button>
    </div>
  )
}
