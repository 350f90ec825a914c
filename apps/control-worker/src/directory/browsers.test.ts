import { reset, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { newId } from '@headframe/protocol'
import { drizzle, type DrizzleSqliteDODatabase } from 'drizzle-orm/durable-sqlite'
import { beforeEach, expect, test } from 'vitest'
import { random } from '../random.ts'
import { addBrowser, countedUnder, browserMs, forgetBrowsersOf } from './browsers.ts'
import { account } from './schema.ts'
import { countTry } from './tries.ts'

beforeEach(() => reset())

const at = 1_790_000_000_000

function inDirectory(run: (db: DrizzleSqliteDODatabase) => void): Promise<void> {
  return runInDurableObject(env.DIRECTORY.getByName('directory'), (_actor, state) => run(drizzle(state.storage)))
}

function person(db: DrizzleSqliteDODatabase, login: string) {
  const id = newId('person', random)
  db.insert(account).values({ id, login, name: login, passwordHash: 'none', createdAt: at }).run()
  return id
}

test('a browser is known for its own person only, for a year, and until all of them are forgotten', () =>
  inDirectory(db => {
    const olga = person(db, 'olga')
    person(db, 'viktor')
    const token = addBrowser(db, olga, at)
    const isKnown = (login: string, given: string, now: number) => countedUnder(db, { login, token: given }, now).known
    expect([isKnown('olga', token, at), isKnown('viktor', token, at), isKnown('olga', 'made up', at)]).toEqual([
      true,
      false,
      false,
    ])
    expect(isKnown('olga', token, at + browserMs)).toBe(false)
    forgetBrowsersOf(db, olga)
    expect(isKnown('olga', token, at)).toBe(false)
  }))

test('a known browser has five tries of its own too, whatever all others use up', () =>
  inDirectory(db => {
    const token = addBrowser(db, person(db, 'olga'), at)
    for (let guess = 0; guess < 60; guess++) countTry(db, { key: `login nobody${guess}`, open: true }, at)
    expect(countTry(db, { key: countedUnder(db, { login: 'olga', token: undefined }, at).key, open: true }, at)).toBe(
      60,
    )
    const { key, known } = countedUnder(db, { login: 'olga', token }, at)
    const waits = Array.from({ length: 6 }, () => countTry(db, { key, open: !known }, at))
    expect(waits).toEqual([0, 0, 0, 0, 0, 5])
  }))
