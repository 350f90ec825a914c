import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { controlOf } from '../store/builders.ts'
import { allowInPolicyFile, readPolicyFile } from './policy-file.ts'
import { allowedBy, parsePolicy } from './policy.ts'

const one = controlOf(1)
const allowedIn = (text: string | null) => allowedBy(parsePolicy(text), one)

test('[C4] a control may ask for what the file says, and for nothing where it is not named', () => {
  const text = JSON.stringify({ controls: { [one]: { allow: ['reboot'] } } })
  expect(allowedIn(text)).toEqual(['reboot'])
  expect(allowedBy(parsePolicy(text), controlOf(2))).toEqual([])
  expect(allowedIn(null)).toEqual([])
})

test('[C4] a broken file allows nothing, and says where it is broken', () => {
  expect(parsePolicy('{')).toEqual({
    kind: 'broken',
    text: 'policy.json: not JSON; nothing is allowed until it is mended',
  })
  const unknown = JSON.stringify({ controls: { [one]: { allow: ['reboot', 'explode'] } } })
  expect(parsePolicy(unknown)).toMatchObject({
    kind: 'broken',
    text: expect.stringMatching(/^policy.json: controls.control_0+1.allow.1: /),
  })
  expect(allowedIn(unknown)).toEqual([])
})

test('allowing adds to what a control has, and touches no other', () => {
  const dir = mkdtempSync(join(tmpdir(), 'headframe-policy-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  allowInPolicyFile(dir, one, ['reboot'])
  allowInPolicyFile(dir, controlOf(2), ['setPools'])
  allowInPolicyFile(dir, one, ['locate', 'reboot'])
  const read = readPolicyFile(dir)
  expect([allowedBy(read, one), allowedBy(read, controlOf(2))]).toEqual([['reboot', 'locate'], ['setPools']])
  expect(statSync(join(dir, 'policy.json')).mode & 0o777).toBe(0o600)
})
