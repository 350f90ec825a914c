import { createSignal } from 'solid-js'
import { ApiFailure } from '../api/request.ts'

export type List<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded'; readonly entries: readonly T[] }
  | { readonly kind: 'failed'; readonly text: string }

/** A list of the API: read once, and again after each change. What was read stays while it is read again. */
export function createList<T>(read: () => Promise<readonly T[]>) {
  const [list, setList] = createSignal<List<T>>({ kind: 'loading' })
  const load = async () => {
    try {
      setList({ kind: 'loaded', entries: await read() })
    } catch (error) {
      setList({ kind: 'failed', text: error instanceof ApiFailure ? error.message : String(error) })
    }
  }
  void load()
  return {
    load,
    loading: () => list().kind === 'loading',
    entries: () => {
      const now = list()
      return now.kind === 'loaded' ? now.entries : []
    },
    failure: () => {
      const now = list()
      return now.kind === 'failed' ? now.text : null
    },
  }
}
