import { page } from 'vitest/browser'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { site } from '../../dev/api-double.ts'
import { openPage, type OpenPage } from '../../dev/open-page.tsx'

let open: OpenPage | null = null
const visit = (...args: Parameters<typeof openPage>) => (open = openPage(...args))
const first = `/s/${site}/miners/miner_0000000000000000`

beforeEach(() => page.viewport(1440, 900))
afterEach(() => open?.close())

test('shows boards, fans, pools and identity from the last reading', async () => {
  const { control } = visit({ path: first })
  const info = control.mine.miners[0]!.info
  await expect.element(page.getByText('3 of 3 present')).toBeVisible()
  await expect.element(page.getByText(info.mac!).last()).toBeVisible()
  await expect.element(page.getByText('stratum+tcp://eu.pool.example:3333')).toBeVisible()
  await expect.element(page.getByText('in use')).toBeVisible()
})

test('a missing board is shown in its slot, with the problem in words and what the machine says', async () => {
  const mineOf = (control: OpenPage['control']) => control.mine.miners.findIndex(miner => miner.fate === 'board')
  const opened = visit({ path: `/s/${site}/miners?state=fault`, miners: 200 })
  const { address } = opened.control.mine.miners[mineOf(opened.control)]!.info
  await page.getByRole('link', { name: address, exact: true }).click()
  await expect.element(page.getByText('Missing', { exact: true })).toBeVisible()
  await expect.element(page.getByText('will power off hash board 2', { exact: false })).toBeVisible()
})

test('a reboot is confirmed by name, followed step by step, and proved by the uptime', async () => {
  const { clock } = visit({ path: first })
  await page.getByRole('button', { name: 'Reboot' }).click()
  const dialog = page.getByRole('dialog', { name: 'Reboot 10.20.0.1?' })
  await expect.element(dialog).toBeVisible()
  await dialog.getByRole('button', { name: 'Reboot 10.20.0.1' }).click()
  await expect.element(page.getByText('Waiting for the relay')).toBeVisible()
  clock.advance(500)
  await expect.element(page.getByText('Sent to the relay')).toBeVisible()
  clock.advance(500)
  await expect.element(page.getByText('The relay is at it')).toBeVisible()
  clock.advance(3000)
  await expect.element(page.getByText('It restarted: its uptime began anew.')).toBeVisible()
  await expect.element(page.getByText('uptime after: 12 s')).toBeVisible()
})

test('leaving the question leaves the miner alone', async () => {
  const { control } = visit({ path: first })
  await page.getByRole('button', { name: 'Reboot' }).click()
  await page.getByRole('button', { name: 'Leave it running' }).click()
  await expect.element(page.getByRole('dialog', { name: 'Reboot 10.20.0.1?' })).not.toBeInTheDocument()
  expect(control.commands).toEqual([])
})

test('blinking turns on, is told, and turns off again', async () => {
  const { clock } = visit({ path: first })
  await page.getByRole('button', { name: 'Blink' }).click()
  await expect.element(page.getByText('Waiting for the relay')).toBeVisible()
  clock.advance(4000)
  await expect.element(page.getByText('its light blinks')).toBeVisible()
  await expect.element(page.getByRole('button', { name: 'Stop blinking' })).toBeVisible()
})

test('a viewer cannot command, and is told why', async () => {
  visit({ path: first, prepare: control => (control.api.role = 'viewer') })
  await expect.element(page.getByText('Your role here is viewer. Commands need an operator.')).toBeVisible()
  await expect.element(page.getByRole('button', { name: 'Reboot' })).toBeDisabled()
})

test('[C4] what the policy of the relay forbids is told before it is asked', async () => {
  visit({ path: first, prepare: control => (control.relay = { ...control.relay, allowed: ['locate'] }) })
  await expect.element(page.getByText('The policy of relay north-box forbids it.', { exact: false })).toBeVisible()
  await expect.element(page.getByRole('button', { name: 'Reboot' })).toBeDisabled()
  await expect.element(page.getByRole('button', { name: 'Blink' })).toBeEnabled()
})

test('a command that the firmware lacks is told as such', async () => {
  const opened = visit({ path: `/s/${site}/miners?q=bitaxe`, miners: 200 })
  const bitaxe = opened.control.mine.miners.find(miner => miner.info.make === 'Bitaxe')!
  await page.getByRole('link', { name: bitaxe.info.address, exact: true }).click()
  await expect.element(page.getByText('AxeOS has no such command.')).toBeVisible()
})

test('a miner that was removed says so', async () => {
  visit({ path: `/s/${site}/miners/miner_9999999999999999` })
  await expect.element(page.getByText('No such miner')).toBeVisible()
})
