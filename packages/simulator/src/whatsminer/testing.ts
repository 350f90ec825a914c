import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import type { SimulatedSite } from '../site.ts'
import { exchange } from '../testing.ts'
import { decrypted, encrypted } from './cipher.ts'
import { framed } from './frames.ts'
import { md5Crypt } from './md5-crypt.ts'
import { v3Digest, v3Token } from './v3-token.ts'

// What a client of the first miner of a site does; its answers are whatever JSON came.

export async function raw(site: SimulatedSite, request: object) {
  const at = { address: addressOf(site), port: site.ports[4028] }
  return JSON.parse((await exchange(at, JSON.stringify(request))).toString())
}

export async function login(site: SimulatedSite, password = 'admin') {
  const { Msg } = await raw(site, { cmd: 'get_token' })
  const key = md5Crypt(password, Msg.salt)
  return { token: md5Crypt(key + Msg.time, Msg.newsalt), key: createHash('sha256').update(key).digest() }
}

export async function write2(site: SimulatedSite, call: object, given?: Awaited<ReturnType<typeof login>>) {
  const { token, key } = given ?? (await login(site))
  const reply = await raw(site, { enc: 1, data: encrypted(JSON.stringify({ ...call, token }), key) })
  return reply.enc === undefined ? reply : JSON.parse(decrypted(reply.enc, key) ?? '')
}

export function call3(site: SimulatedSite, request: object) {
  return new Promise<ReturnType<typeof JSON.parse>>((resolve, reject) => {
    let received = Buffer.alloc(0)
    const socket = connect({ host: addressOf(site), port: site.ports[4433] }, () =>
      socket.write(framed(JSON.stringify(request))),
    )
    socket.on('data', chunk => {
      received = Buffer.concat([received, chunk])
      if (received.length < 4 || received.length < 4 + received.readUInt32LE(0)) return
      socket.destroy()
      resolve(JSON.parse(received.subarray(4).toString()))
    })
    socket.on('error', reject)
  })
}

export async function signed3(site: SimulatedSite, cmd: string, of: { ts: number; password?: string }) {
  const salt = (await call3(site, { cmd: 'get.device.info', param: 'salt' })).msg.salt
  const signing = { cmd, salt, ts: Math.floor(of.ts / 1000), password: of.password ?? 'super' }
  return { request: { cmd, ts: signing.ts, account: 'super', token: v3Token(signing) }, key: v3Digest(signing) }
}

function addressOf(site: SimulatedSite): string {
  return site.miners[0]?.address ?? ''
}
