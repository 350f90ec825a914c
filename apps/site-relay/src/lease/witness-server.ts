import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { z } from 'zod'
import { leaseTerm } from '@headframe/protocol'
import { lockData } from '../store/lock.ts'
import { syncToDisk } from '../store/sync-to-disk.ts'
import { maxBodyBytes, readSecret, refusedStatus, signatureHeader, witnessPath } from './sealed.ts'
import { createWitness, type Witness } from './witness.ts'

export interface WitnessServer extends AsyncDisposable {
  readonly port: number
  readonly secretPath: string
}

/** Serves a witness. Its folder holds the term and the secret, which is made when it is missing. */
export async function serveWitness(place: {
  readonly dir: string
  readonly host: string
  readonly port: number
  /** One line when the disk takes no term, one when it does again, and one for each of the first that are refused. */
  readonly say: (text: string) => void
}): Promise<WitnessServer> {
  mkdirSync(place.dir, { recursive: true, mode: 0o700 })
  const lock = lockData(join(place.dir, 'witness.lock'))
  const secretPath = join(place.dir, 'secret')
  if (!existsSync(secretPath)) writeFileSync(secretPath, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 })
  const witness = createWitness({
    secret: readSecret(secretPath),
    term: readTerm(place.dir),
    keep: sayingOnce(place.say, term => keepTerm(place.dir, term)),
    newNonce: () => randomBytes(18).toString('base64'),
    monotonic: () => performance.now(),
    wall: Date.now,
  })
  const refused = sayingWho(place.say)
  const server = createServer((request, response) => {
    // A term that is not on disk is not given [S8].
    serve({ witness, request, response, refused }).catch(() => response.writeHead(500).end())
  })
  server.requestTimeout = requestMs
  server.listen(place.port, place.host)
  await once(server, 'listening')
  return {
    port: portOf(server),
    secretPath,
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
      lock[Symbol.dispose]()
    },
  }
}

const requestMs = 5000

/** Boxes ask every second: a disk that takes nothing is one line, and its end another. */
function sayingOnce(say: (text: string) => void, keep: (term: number) => void): (term: number) => void {
  let refused = false
  return term => {
    try {
      keep(term)
    } catch (error) {
      if (!refused) say(`The term cannot be written, and no lease is given: ${String(error)}`)
      refused = true
      throw error
    }
    if (refused) say('The term can be written again.')
    refused = false
  }
}

/** A box that is refused asks every second, and anybody on the network can: a line for each address, and not for many. */
function sayingWho(say: (text: string) => void): (address: string) => void {
  const said = new Set<string>()
  return address => {
    if (said.has(address) || said.size >= mostSaid) return
    said.add(address)
    say(`Refused ${address}: what it asks is not signed with the secret of this witness.`)
  }
}

const mostSaid = 16

interface Served {
  readonly witness: Witness
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly refused: (address: string) => void
}

async function serve({ witness, request, response, refused }: Served): Promise<void> {
  const body = request.method === 'POST' && request.url === witnessPath ? await read(request) : null
  const signature = request.headers[signatureHeader]
  const answer = body !== null && typeof signature === 'string' ? witness.take(body, signature) : null
  if (answer === null) {
    refused(request.socket.remoteAddress ?? '')
    response.writeHead(refusedStatus).end()
    return
  }
  response.writeHead(200, { 'content-type': 'application/json', [signatureHeader]: answer.signature }).end(answer.body)
}

/** `null` for one that is too long, or breaks off. */
async function read(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request) {
      const part = Buffer.from(chunk)
      bytes += part.length
      if (bytes > maxBodyBytes) return null
      chunks.push(part)
    }
  } catch {
    return null
  }
  return Buffer.concat(chunks).toString('utf8')
}

const termFile = z.object({ term: leaseTerm })
const termPath = (dir: string) => join(dir, 'term.json')

/** A file that cannot be read ends the witness: with a term from nowhere it would give what it gave before. */
function readTerm(dir: string): number {
  if (!existsSync(termPath(dir))) return 0
  return termFile.parse(JSON.parse(readFileSync(termPath(dir), 'utf8'))).term
}

function keepTerm(dir: string, term: number): void {
  const draft = `${termPath(dir)}.new`
  writeFileSync(draft, `${JSON.stringify({ term })}\n`, { mode: 0o600, flush: true })
  chmodSync(draft, 0o600)
  renameSync(draft, termPath(dir))
  syncToDisk(dir)
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port')
  return address.port
}
