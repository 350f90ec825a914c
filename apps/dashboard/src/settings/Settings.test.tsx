import { relayId } from '@headframe/protocol'
import { page } from 'vitest/browser'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { site } from '../../dev/api-double.ts'
import { openPage, type OpenPage } from '../../dev/open-page.tsx'

let open: OpenPage | null = null
const visit = (...args: Parameters<typeof openPage>) => (open = openPage(...args))
const settings = `/s/${site}/settings`

beforeEach(() => page.viewport(1440, 900))
afterEach(() => open?.close())

test('an owner adds a person; a login that is taken is told at its field', async () => {
  const { control } = visit({ path: `${settings}/people` })
  await page.getByRole('button', { name: 'Add a person' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add a person' })
  await dialog.getByLabelText('Name').fill('Dee Moreau')
  await dialog.getByLabelText('Login').fill('bo')
  await dialog.getByLabelText('First password').fill('a long password')
  await dialog.getByLabelText('Role').selectOptions('operator')
  await dialog.getByRole('button', { name: 'Add' }).click()
  await expect.element(dialog.getByText('This login is taken.')).toBeVisible()
  await dialog.getByLabelText('Login').fill('dee')
  await dialog.getByRole('button', { name: 'Add' }).click()
  await expect.element(page.getByText('Dee Moreau')).toBeVisible()
  expect(control.api.people.at(-1)).toMatchObject({ login: 'dee', role: 'operator' })
})

test('roles change in place, and removing asks first', async () => {
  const { control } = visit({ path: `${settings}/people` })
  await page.getByLabelText('Role of Bo Lindqvist').selectOptions('viewer')
  await expect.poll(() => control.api.people[1]!.role).toBe('viewer')
  await page.getByRole('button', { name: 'Remove Bo Lindqvist' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect.element(page.getByText('Bo Lindqvist')).not.toBeInTheDocument()
})

test.each(['viewer', 'operator'] as const)(
  'a %s starts at their account, and sees relays but no people',
  async role => {
    const { control } = visit({ path: settings, prepare: control => (control.api.role = role) })
    await expect.element(page.getByRole('heading', { name: 'Change password' })).toBeVisible()
    const places = page.getByRole('navigation', { name: 'Settings' })
    await expect.element(places.getByRole('link', { name: 'My account' })).toHaveAttribute('aria-current', 'page')
    await expect.element(places.getByRole('link', { name: 'People' })).not.toBeInTheDocument()
    await places.getByRole('link', { name: 'Relays' }).click()
    await expect.element(page.getByText('q3Xb9f1=')).toBeVisible()
    await expect.element(page.getByRole('button', { name: /Revoke|Enrol|second box|Remove/ })).not.toBeInTheDocument()
    expect(control.api.refused).toEqual([])
  },
)

test('who has a right to one site only is not led to lists of the organisation', async () => {
  const { control } = visit({
    path: `${settings}/relays`,
    prepare: control => Object.assign(control.api, { role: 'operator', orgRole: null }),
  })
  await expect.element(page.getByRole('heading', { name: 'Change password' })).toBeVisible()
  await expect.element(page.getByRole('link', { name: 'Relays' })).not.toBeInTheDocument()
  expect(control.api.refused).toEqual([])
})

test('a code for a relay is shown once, in the command that uses it', async () => {
  visit({ path: `${settings}/relays` })
  await page.getByRole('button', { name: 'Enrol a relay' }).click()
  const dialog = page.getByRole('dialog', { name: 'Enrol a relay' })
  await dialog.getByLabelText('Name of the relay').fill('south-box')
  await dialog.getByRole('button', { name: 'Make a code' }).click()
  await expect.element(dialog.getByText(`npm run -s headframe -- join ${location.origin} K7QW-2MZP-9XTR`)).toBeVisible()
  await dialog.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'Enrol a relay' }).click()
  await expect.element(page.getByText('K7QW-2MZP-9XTR', { exact: false })).not.toBeInTheDocument()
})

test('what the relays of the site noted stands under them, with its time and what is lost', async () => {
  const { control } = visit({
    path: `${settings}/relays`,
    prepare: ({ api }) => {
      const { id: relay } = api.relays[0]!
      const text = '<b>Two machines</b> claim to be the same miner.'
      const gone = relayId.parse('relay_gone0000000000000')
      api.notes = {
        notes: [{ relay, at: 1_795_000_000_000, level: 'info', code: 'duplicate-identity', text }],
        gaps: [{ relay: gone, events: 3, lastAt: 1_795_100_000_000 }],
        quarantined: [],
      }
    },
  })
  const notes = page.getByRole('region', { name: 'Notes of North' }).getByRole('listitem')
  await expect
    .poll(() => notes.elements().map(note => note.textContent))
    .toEqual([
      expect.stringMatching(/^2026-\d\d-\d\d .* a relay that was revoked3 events never came/),
      expect.stringMatching(/^2026-\d\d-\d\d .* north-box<b>Two machines<\/b> claim to be the same miner\.$/),
    ])
  expect(control.api.notesAsked).toBe(1)
})

const standbys = [{ name: 'north-two', enrolledAt: 1_795_100_000_000, fingerprint: 'Zz81kQ0=' }]
const withStandby = ({ api }: OpenPage['control']) => {
  api.relays = api.relays.map(relay => (relay.revokedAt === null ? { ...relay, standbys } : relay))
}

test('[S4] the boxes of a relay are listed with their keys, and which one speaks', async () => {
  visit({
    path: `${settings}/relays`,
    prepare: control => {
      withStandby(control)
      control.say({
        boxes: [
          { name: 'north-box', linked: true, speaks: true },
          { name: 'north-two', linked: false, speaks: false },
        ],
      })
    },
  })
  const boxes = page.getByRole('list', { name: 'Boxes of north-box' }).getByRole('listitem')
  await expect.element(boxes.filter({ hasText: 'box north-box,' }).getByText('q3Xb9f1=')).toBeVisible()
  await expect.element(boxes.filter({ hasText: 'box north-two,' }).getByText('Zz81kQ0=')).toBeVisible()
  await expect.element(page.getByRole('main').getByText('north-box speaks, north-two is away')).toBeVisible()
  await expect.element(page.getByRole('button', { name: 'Standby away' })).toBeVisible()
})

test('[S4] a code for a second box comes with what both boxes have to know', async () => {
  const { control } = visit({ path: `${settings}/relays` })
  await page.getByRole('button', { name: 'Add a second box to north-box' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add a second box to north-box' })
  await dialog.getByLabelText('Name of the second box').fill('north-two')
  await dialog.getByRole('button', { name: 'Make a code' }).click()
  await expect.element(dialog.getByText(`npm run -s headframe -- join ${location.origin} K7QW-2MZP-9XTR`)).toBeVisible()
  await expect.element(dialog.getByText('"standby": { "lease": "control_dev00000000000" }')).toBeVisible()
  const { id } = control.api.relays[0]!
  expect(control.api.enrolments).toEqual([{ site, name: 'north-two', standbyOf: id }])
  withStandby(control)
  await dialog.getByRole('button', { name: 'Done' }).click()
  await expect.element(page.getByRole('button', { name: 'Remove the box north-two' })).toBeVisible()
  await expect.element(page.getByRole('button', { name: 'Add a second box to north-box' })).not.toBeInTheDocument()
})

test('[S4] removing a box asks first and says what it means; the other one stays', async () => {
  const { control } = visit({ path: `${settings}/relays`, prepare: withStandby })
  await page.getByRole('button', { name: 'Remove the box north-two' }).click()
  const dialog = page.getByRole('dialog', { name: 'Remove the box north-two?' })
  await expect.element(dialog.getByText('It loses its link for good', { exact: false })).toBeVisible()
  await expect.element(dialog.getByText('take its secret away', { exact: false })).toBeVisible()
  await dialog.getByRole('button', { name: 'Keep' }).click()
  expect(control.api.relays[0]!.standbys).toHaveLength(1)
  await page.getByRole('button', { name: 'Remove the box north-two' }).click()
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await expect.element(page.getByRole('button', { name: 'Remove the box north-two' })).not.toBeInTheDocument()
  expect(control.api.relays[0]).toMatchObject({ fingerprint: 'q3Xb9f1=', revokedAt: null, standbys: [] })
})

test('who may not change relays sees the boxes and no way to', async () => {
  const { control } = visit({
    path: `${settings}/relays`,
    prepare: control => {
      control.api.role = 'operator'
      withStandby(control)
    },
  })
  await expect.element(page.getByText('Zz81kQ0=')).toBeVisible()
  await expect
    .element(page.getByRole('main').getByRole('button', { name: /Remove|Revoke|second box/ }))
    .not.toBeInTheDocument()
  expect(control.api.refused).toEqual([])
})

test('revoking a relay asks first', async () => {
  const { control } = visit({ path: `${settings}/relays` })
  await page.getByRole('button', { name: 'Revoke north-box' }).click()
  await page.getByRole('dialog', { name: 'Revoke north-box?' }).getByRole('button', { name: 'Revoke' }).click()
  await expect.poll(() => control.api.relays[0]!.revokedAt).not.toBe(null)
  await expect.element(page.getByRole('button', { name: 'Revoke north-box' })).not.toBeInTheDocument()
})

test('a new password is typed twice the same', async () => {
  visit({ path: `${settings}/account` })
  await page.getByLabelText('Current password').fill('correct horse')
  await page.getByLabelText('New password', { exact: true }).fill('a new password')
  await page.getByLabelText('New password, again').fill('another password')
  await page.getByRole('button', { name: 'Change password' }).click()
  await expect.element(page.getByText('The two are not the same.')).toBeVisible()
  await page.getByLabelText('New password, again').fill('a new password')
  await page.getByRole('button', { name: 'Change password' }).click()
  await expect.element(page.getByText('Password changed')).toBeVisible()
})

test('dark and light are a choice of this browser', async () => {
  visit({ path: `${settings}/appearance` })
  await page.getByLabelText('Dark').last().click()
  expect(document.documentElement.dataset['theme']).toBe('dark')
  await page.getByLabelText('As the system').last().click()
  expect(document.documentElement.dataset['theme']).toBe(undefined)
})
