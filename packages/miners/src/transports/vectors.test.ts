import { expect, test } from 'vitest'
import { authorization, parseChallenge } from './digest.ts'
import { md5Crypt } from './md5-crypt.ts'
import { openV2, sealKeys, sealV2, sealV3, signV3 } from './whatsminer-seal.ts'
import { frameOf } from './whatsminer-v3.ts'

const token = { time: '5626', salt: 'BQ5hoXV9', newsalt: 'jbzkfQls' }
const keys = sealKeys('admin', token)

// Computed with openssl.
test('agrees with openssl on MD5-crypt', () => {
  expect(md5Crypt('admin', 'BQ5hoXV9')).toBe('RxmaDUO33TS7O26yeMHZ81')
  expect(md5Crypt('', 'ab')).toHaveLength(22)
})

test('makes the sign and the key of a WhatsMiner V2 token', () => {
  expect(keys.sign).toBe('w.BNbkCV6n1aNWgiBWLzT/')
  expect(keys.aesKey.toString('hex')).toBe('199e0a202039bb7b558db7a54697dca29cb278055b7e659a127fb844d5a2fbf6')
})

test('seals a WhatsMiner V2 write', () => {
  expect(sealV2('set_led', { param: 'auto' }, keys)).toEqual({
    enc: 1,
    data: 'DFR4+qIkIuv2gyaXIWvTL2Tw2dKfz3qcBM5l5ZHU7xWuEsE3iC/TAvZarksns0iDIVhM215unMMY5HLvDIoi/AB6Zauc2Kb1KH/JtuCvOBg=',
  })
})

test('opens a WhatsMiner V2 reply, and none that was sealed with another key', () => {
  const sealed =
    'C/UGIQ8LwD66stwLyOOcM8AaTOolBWk/O12cM+G7Mz53lluOVpsOSpBcGhtOpg0QfXzqoVOPWCksKSnoq5FdlDzf1zswfpjLBG0UghjHFmJyj0Iw94hY+ImJc0aQQ3bU'
  expect(openV2(sealed, keys)).toBe(
    '{"STATUS":"S","When":1700000000,"Code":131,"Msg":"API command OK","Description":""}',
  )
  expect(openV2(sealed, sealKeys('other', token))).toBeNull()
  expect(openV2('not base64 of blocks', keys)).toBeNull()
})

test('signs a WhatsMiner V3 write and frames it', () => {
  const { token: signed, aesKey } = signV3({
    cmd: 'set.system.reboot',
    password: 'super',
    salt: 'BQ5hoXV9',
    ts: 1_700_000_000,
  })
  expect(signed).toBe('ntgsMLQC')
  expect(aesKey.toString('hex')).toBe('9ed82c30b4023915dd97660b7d9ae04d2e39875b789e84027dec2a02edf639b0')
  const frame = frameOf({ cmd: 'set.system.reboot', ts: 1_700_000_000, token: signed, account: 'super' })
  expect(frame.subarray(0, 8).toString('hex')).toBe('500000007b22636d')
  expect(frame).toHaveLength(84)
})

test('seals the pools of a WhatsMiner V3 write', () => {
  const { token: signed, aesKey } = signV3({
    cmd: 'set.miner.pools',
    password: 'super',
    salt: 'BQ5hoXV9',
    ts: 1_700_000_000,
  })
  expect(signed).toBe('gOTO6XUg')
  expect(sealV3([{ pool: 'stratum+tcp://pool.example:3333', worker: 'w.1', passwd: 'x' }], aesKey)).toBe(
    'e0EwJwAVHR1MO4+OrpmipCr/LmyDqc0rM8v4NwwvV71mhgmmtyljgv0jlmEOH/dwYnvv5bqS6QoWX7MMP83spXv6n6zUCC2Tqo26Am8amls=',
  )
})

test('answers a digest challenge', () => {
  const challenge = parseChallenge('Digest realm="antMiner Configuration", nonce="6b3f0a1c", qop="auth"')!
  const header = authorization(challenge, {
    method: 'GET',
    uri: '/cgi-bin/stats.cgi',
    user: 'root',
    password: 'root',
    count: 1,
    cnonce: '0a4f113b',
  })
  expect(header).toContain('response="6884b3f424ef7c524de24104a613e220"')
  expect(header).toContain('nc=00000001')
})

test('takes no challenge that is not digest with MD5', () => {
  expect(parseChallenge('Basic realm="x"')).toBeNull()
  expect(parseChallenge('Digest realm="x", nonce="1", algorithm=SHA-256')).toBeNull()
  expect(parseChallenge('Digest realm="a, b", nonce=1, opaque="o", qop="auth-int,auth", algorithm=MD5')).toEqual({
    realm: 'a, b',
    nonce: '1',
    opaque: 'o',
    qop: 'auth',
  })
})
