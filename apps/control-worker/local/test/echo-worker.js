// Stands for the worker in tests of the front: it tells what reached it, counts in an actor, and echoes sockets.
class Counter {
  constructor(state) {
    this.sql = state.storage.sql
    this.sql.exec('CREATE TABLE IF NOT EXISTS count (id INTEGER PRIMARY KEY)')
  }

  fetch() {
    this.sql.exec('INSERT INTO count DEFAULT VALUES')
    return Response.json(this.sql.exec('SELECT count(*) AS count FROM count').one())
  }
}

export class Directory extends Counter {}
export class OrgActor extends Counter {}
export class SiteActor extends Counter {}

const installation = {
  control: 'control_00000000',
  setUp: false,
  demo: false,
  local: true,
  signedIn: false,
  version: '0',
}

// oxlint-disable-next-line import/no-default-export -- what the runtime looks for
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url)
    if (pathname === '/api/installation') return Response.json(installation)
    if (pathname === '/count') return env.DIRECTORY.get(env.DIRECTORY.idFromName('directory')).fetch(request)
    if (pathname === '/bindings') {
      const { LOCAL, TLS, DEMO, SETUP_CODE, LOCAL_CODE } = env
      return Response.json({ LOCAL, TLS, DEMO, SETUP_CODE, LOCAL_CODE })
    }
    if (pathname.startsWith('/page')) return env.ASSETS.fetch(new URL(pathname.slice('/page'.length), request.url))
    if (request.headers.get('upgrade') === 'websocket') return echoSocket(request)
    const body = await request.text()
    return Response.json({ url: request.url, headers: [...request.headers], bytes: body.length })
  },
}

function echoSocket(request) {
  const { 0: client, 1: server } = new WebSocketPair()
  server.accept()
  server.send(JSON.stringify([...request.headers]))
  server.addEventListener('message', event => server.send(event.data))
  return new Response(null, { status: 101, webSocket: client })
}
