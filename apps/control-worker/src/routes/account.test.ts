import { reset } from 'cloudflare:test'
import { paths } from '@headframe/protocol'
import { beforeEach, expect, test } from 'vitest'
import { Browser, password, setUp } from '../test/browser.ts'

beforeEach(() => reset())

test('tells everybody whether it is set up, and gives nothing else away', async () => {
  const before = await new Browser().get(paths.installation)
  expect(before.body).toEqual({
    control: expect.stringMatching(/^control_/),
    setUp: false,
    demo: false,
    local: true,
    version: '0.1.0',
  })
  const { owner } = await setUp()
  expect((await owner.get(paths.installation)).body).toMatchObject({ setUp: true })
  expect((await new Browser().get(paths.me)).status).toBe(401)
})

test('makes the owner with the setup code, once', async () => {
  const wrong = await new Browser().post(paths.setup, {
    code: 'nope',
    name: 'A',
    login: 'a',
    password,
    organisation: 'O',
    site: 'S',
  })
  expect(wrong.status).toBe(403)
  const { owner } = await setUp()
  expect((await owner.get(paths.me)).body).toEqual({
    id: expect.stringMatching(/^person_/),
    name: 'Olga Owner',
    login: 'olga',
    installationOwner: true,
    orgs: [{ id: expect.stringMatching(/^org_/), name: 'North Mines', role: 'owner' }],
    sites: [{ id: expect.stringMatching(/^site_/), org: expect.stringMatching(/^org_/), name: 'Boden', role: 'owner' }],
  })
  await expect(setUp()).rejects.toThrow('conflict')
})
