import { useSearchParams } from '@solidjs/router'

/** Words in the address of the page. Changes replace it: going back leaves the page, not the last keystroke. */
export function createUrlState() {
  const [params, setParams] = useSearchParams()
  const text = (name: string) => {
    const value = params[name]
    return typeof value === 'string' ? value : ''
  }
  return {
    text,
    set: (next: Record<string, string | null>) => setParams(next, { replace: true, scroll: false }),
    /** All of them, to be added to a path. */
    query: () => {
      const words = new URLSearchParams(Object.keys(params).map(name => [name, text(name)])).toString()
      return words === '' ? '' : `?${words}`
    },
  }
}
