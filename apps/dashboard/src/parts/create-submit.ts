import { createSignal } from 'solid-js'
import { ApiFailure } from '../api/request.ts'

/** A request that a person started: busy while it runs, with the reason when it failed. One at a time. */
export function createSubmit<A extends readonly unknown[]>(act: (...args: A) => Promise<void>) {
  const [busy, setBusy] = createSignal(false)
  const [failure, setFailure] = createSignal<ApiFailure | null>(null)

  const submit = async (...args: A) => {
    if (busy()) return
    setBusy(true)
    setFailure(null)
    try {
      await act(...args)
    } catch (error) {
      setFailure(error instanceof ApiFailure ? error : new ApiFailure('internal', String(error)))
    } finally {
      setBusy(false)
    }
  }

  return {
    submit: (...args: A) => void submit(...args),
    busy,
    failure,
    clear: () => setFailure(null),
    /** What is wrong with one input. */
    errorOf: (field: string) => (failure()?.field === field ? failure()?.message : null),
    /** What is wrong with the whole. */
    error: () => (failure() && failure()?.field === null ? failure()?.message : null),
  }
}
