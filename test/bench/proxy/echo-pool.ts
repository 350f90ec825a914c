// A pool that accepts every share at once. Runs as a process of its own.
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { tellPort } from './tell-port.ts'

const server = createServer({ noDelay: true }, socket => {
  socket.on('error', () => undefined)
  createInterface({ input: socket }).on('line', line => {
    socket.write(`{"id":${line.slice(6, 14)},"result":true,"error":null}\n`)
  })
})
tellPort(server)
