import { Show } from 'solid-js'
import { Notice } from '../parts/Notice.tsx'
import type { createList } from '../parts/create-list.ts'

/** While a list loads, and when it could not be. */
export function ListNotice(props: {
  readonly list: Pick<ReturnType<typeof createList>, 'failure' | 'loading'>
  readonly what: string
  readonly failure?: string | null | undefined
}) {
  return (
    <>
      <Show when={props.list.failure()}>
        {text => <Notice title={`${props.what} cannot be shown`} text={text()} />}
      </Show>
      <Show when={props.failure}>{text => <Notice kind="danger" title={text()} />}</Show>
      <Show when={props.list.loading()}>
        <Notice title="Loading" />
      </Show>
    </>
  )
}
