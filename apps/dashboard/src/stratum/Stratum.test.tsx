import { page, userEvent } from 'vitest/browser'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { site } from '../../dev/api-double.ts'
import { openPage, type OpenPage } from '../../dev/open-page.tsx'

let open: OpenPage | null = null
const stratum = `/s/${site}/stratum`
const list = page.getByRole('list', { name: 'Captured messages, newest last' })
const shown = () => document.querySelectorAll('[role=list] [role=listitem]').length

function visit(path = stratum, messages = 30) {
  const opened = openPage({ path, miners: 60, prepare: control => emit(control, messages) })
  open = opened
  return opened
}

function emit(control: OpenPage['control'], times: number, skipped = 0): void {
  for (let time = 0; time < times; time++) control.emitTraffic(skipped)
}

beforeEach(() => page.viewport(1440, 900))
afterEach(() => open?.close())

test('shows what was captured, then each message as it passes', async () => {
  const { control } = visit(stratum, 3)
  await expect.poll(shown).toBe(control.traffic.messages.length)
  emit(control, 4)
  await expect.poll(shown).toBe(control.traffic.messages.length)
})

test('pause holds the list still and counts what comes meanwhile', async () => {
  const { control } = visit(stratum, 3)
  await expect.poll(shown).toBeGreaterThan(2)
  await page.getByRole('button', { name: 'Pause' }).click()
  const before = shown()
  const { length } = control.traffic.messages
  emit(control, 5)
  const more = control.traffic.messages.length - length
  await page.getByRole('button', { name: `Paused, ${more} new messages. Resume` }).click()
  await expect.poll(shown).toBe(before + more)
})

test('[P2] a gap is marked with how many were skipped', async () => {
  const { control } = visit(stratum, 3)
  await expect.poll(shown).toBeGreaterThan(2)
  emit(control, 1, 1234)
  await expect.element(page.getByText('1,234 skipped')).toBeVisible()
})

test('filters by session, direction, method and text, all in the address', async () => {
  const { path } = visit()
  await page.getByRole('combobox', { name: 'Direction' }).selectOptions('to-pool')
  await page.getByRole('combobox', { name: 'Method' }).fill('mining.submit')
  await userEvent.keyboard('{Enter}')
  await expect.poll(path).toBe(`${stratum}?direction=to-pool&method=mining.submit`)
  await expect.poll(() => list.element().textContent).not.toContain('← miner')
  await page.getByRole('button', { name: /^north\.1x3 / }).click()
  await expect.poll(path).toContain('session=session_0000000000000003')
})

test('a field that is chosen lights up its bytes, in hex and in text', async () => {
  const { control } = visit()
  const submit = control.traffic.messages.findLast(message => message.kind === 'request')!
  await page.getByText(submit.summary, { exact: true }).click()
  await page.getByRole('button', { name: /^worker / }).click()
  const worker = control.traffic.sessions.find(session => session.id === submit.session)!.worker!
  const lit = () => [...document.querySelectorAll('[data-lit]')].map(element => element.textContent)
  const isHex = (text: string) => /^([0-9a-f]{2} )+$/.test(text)
  await expect
    .poll(() =>
      lit()
        .filter(text => !isHex(text))
        .join(''),
    )
    .toBe(`"${worker}"`)
  const bytes = Array.from(`"${worker}" `, char => `${char.charCodeAt(0).toString(16)} `).slice(0, -1)
  expect(lit().filter(isHex).join('')).toBe(bytes.join(''))
})

test('a line that is no JSON is shown as bytes, with why it was not decoded', async () => {
  const { control } = visit(stratum, 400)
  const broken = control.traffic.messages.find(message => message.kind === 'undecoded')!
  open?.close()
  open = openPage({ path: `${stratum}?seq=${broken.seq}`, prepare: next => next.traffic.messages.push(broken) })
  await expect.element(page.getByText('Unterminated string at byte 13').last()).toBeVisible()
  expect(page.getByRole('group', { name: 'Raw bytes' }).element().textContent).toContain('7b 22 69 64')
})

test('a capture that is down says so while the rest goes on', async () => {
  const { control, clock } = visit()
  await expect.element(page.getByText('capture keeps up, 48.3 MB')).toBeVisible()
  control.captureRuns = false
  clock.advance(4000)
  await expect.element(page.getByText('capture is down; forwarding goes on')).toBeVisible()
  await expect.poll(shown).toBeGreaterThan(2)
})
