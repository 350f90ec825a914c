// The least that a program in the middle can do. usage: node bare-pipe.ts <port of the pool>
import { connect, createServer } from 'node:net'
import { tellPort } from './tell-port.ts'

const server = createServer({ noDelay: true }, miner => {
  const pool = connect(Number(process.argv[2]), '127.0.0.1').setNoDelay(true)
  for (const [from, to] of [
    [miner, pool],
    [pool, miner],
  ] as const) {
    from.on('error', () => to.destroy())
    from.pipe(to)
  }
})
tellPort(server)
