import { reading } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { finishReading } from './reading/finish.ts'
import { commandsOf, driverById, drivers } from './registry.ts'

test('has one driver to an id, and one to a priority', () => {
  expect(new Set(drivers.map(driver => driver.id)).size).toBe(drivers.length)
  expect(new Set(drivers.map(driver => driver.identify.priority)).size).toBe(drivers.length)
})

test('can do what this table says: it is what people see', () => {
  expect(Object.fromEntries(drivers.map(driver => [driver.id, commandsOf(driver)]))).toEqual({
    bitaxe: ['reboot', 'locate', 'setPools'],
    'whatsminer-v3': ['reboot', 'locate', 'setPools'],
    'whatsminer-v2': ['reboot', 'locate', 'setPools'],
    'whatsminer-v1': [],
    'antminer-stock': ['reboot', 'locate', 'setPools'],
  })
})

test.each(drivers)('$id begins each dialogue with a read, never with a write', driver => {
  const deps = { now: () => 0, observeMs: 1000 }
  const first = [
    driver.read(),
    driver.identify.ask(),
    ...(driver.commands.reboot ? [driver.commands.reboot({ kind: 'reboot' }, deps)] : []),
    ...(driver.commands.setPools
      ? [driver.commands.setPools({ kind: 'setPools', pools: [{ url: 'stratum+tcp://a:1', user: 'b' }] }, deps)]
      : []),
  ].map(dialogue => dialogue.next().value)
  expect(first.filter(request => 'writes' in Object(request))).toEqual([])
})

test.each(drivers)('$id recognises nothing in silence', driver => {
  const silence = { version: null, devdetails: null, stats: null, getVersion: null, root: null, axe: null, v3: null }
  expect(driver.identify.recognises(silence)).toBe(false)
})

test('finds a driver by its id, and none by another', () => {
  expect(driverById('bitaxe')?.name).toBe('Bitaxe AxeOS')
  expect(driverById('toaster')).toBeNull()
})

test('makes a whole reading of the least that a driver can draft', () => {
  const whole = finishReading({ make: null, firmware: null }, { driver: 'x', at: 5, notes: [] })
  expect(reading.parse(whole)).toEqual(whole)
  expect([whole.mining, whole.hashrateHs, whole.hashboards]).toEqual(['unknown', null, []])
})

test('knows how often each firmware bears to be read', () => {
  expect(Object.fromEntries(drivers.map(driver => [driver.id, driver.pollFloorMs]))).toEqual({
    bitaxe: 2000,
    'whatsminer-v3': 10_000,
    'whatsminer-v2': 10_000,
    'whatsminer-v1': 10_000,
    'antminer-stock': 2000,
  })
})
