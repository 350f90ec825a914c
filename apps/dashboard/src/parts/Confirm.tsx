import { Show, type JSX } from 'solid-js'
import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'
import { Notice } from './Notice.tsx'

/** Asks once more before something that cannot be taken back. The harmless answer comes first. */
export function Confirm(props: {
  readonly open: boolean
  readonly title: string
  readonly text: JSX.Element
  readonly keep: string
  readonly go: string
  readonly kind?: 'danger' | 'primary'
  readonly busy?: boolean
  readonly failure?: string | null | undefined
  readonly onKeep: () => void
  readonly onGo: () => void
}) {
  return (
    <Dialog
      open={props.open}
      title={props.title}
      text={props.text}
      onClose={() => props.onKeep()}
      actions={
        <>
          <Button onClick={() => props.onKeep()}>{props.keep}</Button>
          <Button kind={props.kind ?? 'danger'} busy={props.busy ?? false} onClick={() => props.onGo()}>
            {props.go}
          </Button>
        </>
      }
    >
      <Show when={props.failure}>{text => <Notice kind="danger" title={text()} />}</Show>
    </Dialog>
  )
}
