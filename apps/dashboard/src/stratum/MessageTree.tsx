import { For, Show } from 'solid-js'
import { parameterName } from './field-names.ts'
import type { JsonNode } from './json-tree.ts'
import styles from './MessageTree.module.css'

export interface MessageTreeProps {
  readonly tree: JsonNode
  readonly method: string | null
  readonly chosen: JsonNode | null
  readonly onChoose: (node: JsonNode | null) => void
}

/** The fields of a message, named where the protocol names them. Choosing one lights up its bytes. */
export function MessageTree(props: MessageTreeProps) {
  return (
    <div>
      <h3 class={styles.title}>Fields</h3>
      <ul class={styles.tree}>
        <For each={props.tree.children.length > 0 ? props.tree.children : [props.tree]}>
          {node => <Field {...props} node={node} named={node.key === 'params'} />}
        </For>
      </ul>
    </div>
  )
}

function Field(
  props: MessageTreeProps & { readonly node: JsonNode; readonly named?: boolean; readonly label?: string | null },
) {
  const shown = () => {
    const { node } = props
    if (node.kind === 'object') return node.children.length === 0 ? '{}' : ''
    if (node.kind === 'array') return node.children.length === 0 ? '[]' : ''
    return node.text === '' ? '""' : node.text
  }
  return (
    <li>
      <button
        type="button"
        class={styles.field}
        aria-pressed={props.chosen === props.node}
        onClick={() => props.onChoose(props.chosen === props.node ? null : props.node)}
      >
        <span class={styles.key}>{props.label ?? props.node.key ?? 'value'}</span>
        <span class={styles.value}>{shown()}</span>
      </button>
      <Show when={props.node.children.length > 0}>
        <ul class={styles.tree}>
          <For each={props.node.children}>
            {child => (
              <Field
                tree={props.tree}
                method={props.method}
                chosen={props.chosen}
                onChoose={props.onChoose}
                node={child}
                label={props.named ? parameterName(props.method, child.key) : null}
              />
            )}
          </For>
        </ul>
      </Show>
    </li>
  )
}
