import { useLocation, useNavigate, useSearchParams } from '@solidjs/router'
import { createEffect, createSignal, on } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { Icon } from '../parts/Icon.tsx'
import styles from './SearchBox.module.css'

/** Finds miners: filters the table as one types there, and leads to it from elsewhere. */
export function SearchBox() {
  const site = useSite()
  const navigate = useNavigate()
  const location = useLocation()
  const [params, setParams] = useSearchParams()
  const query = () => (typeof params['q'] === 'string' ? params['q'] : '')
  const [text, setText] = createSignal(query())
  const onMiners = () => location.pathname.startsWith(`/s/${site.id}/miners`)

  // The address may change by itself: back, a link, a chip taken away.
  createEffect(on(query, query => (query === text().trim() ? undefined : setText(query))))

  const type = (next: string) => {
    setText(next)
    if (onMiners()) setParams({ q: next.trim() || null }, { replace: true })
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (!onMiners()) navigate(`/s/${site.id}/miners?q=${encodeURIComponent(text().trim())}`)
    document.getElementById('miners-grid')?.focus()
  }
  return (
    <form class={styles.box} role="search" onSubmit={submit}>
      <Icon name="search" />
      <input
        id="search"
        type="search"
        class={styles.input}
        aria-label="Search miners"
        placeholder="Search miners, or state:fault model:s21 temp>80"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        maxlength={500}
        enterkeyhint="search"
        value={text()}
        onInput={event => type(event.currentTarget.value)}
        onKeyDown={event => (event.key === 'Escape' ? event.currentTarget.blur() : undefined)}
      />
      <kbd class={styles.key} aria-hidden="true">
        /
      </kbd>
    </form>
  )
}
