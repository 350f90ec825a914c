import { page } from 'vitest/browser'
import { createSignal, ErrorBoundary, Show } from 'solid-js'
import { render } from 'solid-js/web'
import { afterEach, expect, test } from 'vitest'
import { Failed } from './Failed.tsx'

let dispose = () => {}
afterEach(() => dispose())

function show(error: unknown) {
  const [broken, setBroken] = createSignal(true)
  const root = document.createElement('div')
  document.body.append(root)
  const stop = render(
    () => (
      <ErrorBoundary fallback={(error, again) => <Failed error={error} onAgain={again} />}>
        <Show when={broken()} fallback="all is well">
          {fail(error)}
        </Show>
      </ErrorBoundary>
    ),
    root,
  )
  dispose = () => {
    stop()
    root.remove()
  }
  return () => setBroken(false)
}

function fail(error: unknown): string {
  throw error
}

test('a part that cannot be fetched any more asks to reload', async () => {
  show(new TypeError('Failed to fetch dynamically imported module: /assets/Stratum-1.js'))
  await expect.element(page.getByText('This page could not be loaded')).toBeVisible()
  await expect.element(page.getByRole('button', { name: 'Reload' })).toBeVisible()
})

test('a page that failed says what to report, and can be tried again', async () => {
  const mend = show(new Error('no such column'))
  await expect.element(page.getByText('Please report this: Error: no such column')).toBeVisible()
  mend()
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect.element(page.getByText('all is well')).toBeVisible()
})
