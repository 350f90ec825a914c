import { closes, relayId, type CloseName } from '@headframe/protocol'
import { Hono } from 'hono'
import { z } from 'zod'
import { directoryOf, orgActorOf, siteActorOf } from '../actors/names.ts'
import type { App } from '../http/context.ts'
import { query } from '../http/input.ts'
import { Problem } from '../http/problem.ts'
import { openSocket, wantsSocket } from '../http/socket.ts'

/** Where relays dial in. An unknown or revoked one learns so in a close code, and touches no site. */
export const link = new Hono<App>().get('/', query(z.object({ relay: relayId })), async c => {
  if (!wantsSocket(c)) throw new Problem('bad-input', 'This is a WebSocket.')
  const { relay } = c.req.valid('query')
  const place = await directoryOf(c.env).placeOfRelay(relay)
  if (place === null) return refuse('unknownRelay')
  const { org, control, site } = place
  const boxes = await orgActorOf(c.env, org).relayBoxes(relay, site)
  if (boxes === null) return refuse((await orgActorOf(c.env, org).isRevoked(relay)) ? 'revoked' : 'unknownRelay')
  const answer = await openSocket(siteActorOf(c.env, site), 'link', { relay, org, control, boxes })
  // A box that was taken away while the socket opened was told to a site that did not have it yet.
  const left = await orgActorOf(c.env, org).relayBoxes(relay, site)
  const gone = boxes.filter(({ publicKey }) => left?.every(box => box.publicKey !== publicKey))
  for (const { publicKey } of gone) await siteActorOf(c.env, site).removeBox(relay, publicKey)
  return answer
})

function refuse(name: CloseName): Response {
  const { 0: client, 1: server } = new WebSocketPair()
  server.accept()
  server.close(closes[name].code, closes[name].reason)
  return new Response(null, { status: 101, webSocket: client })
}
