import { createAnswerer } from './answer.ts'
import { serveApi } from './api-server.ts'
import { serveCopies } from './copy-server.ts'
import { createDecodeCache } from './decode-cache.ts'
import { refuseSecond } from './listen-on-path.ts'
import { createRecorder } from './recorder.ts'
import { createRing } from './ring.ts'
import { whyOf } from './segment-folder.ts'
import { openCaptureStore, type CaptureStore, type StoreDeps } from './store.ts'

export interface CaptureOptions {
  /** Where the files of captured messages are. */
  readonly dir: string
  readonly maxBytes: number
  readonly sockets: { readonly copies: string; readonly api: string }
}

export interface Capture {
  stop(): void
}

/** Takes copies from proxies, keeps them, and answers about them. */
export async function startCapture(options: CaptureOptions, deps: StoreDeps): Promise<Capture> {
  const { clock, log } = deps
  await refuseSecond(options.sockets.copies)
  const store = openStore(options, deps)
  const ring = createRing(ringLimits, store.lastSeq() + 1)
  const recorder = createRecorder({
    store,
    clock,
    decode: createDecodeCache(),
    onEntry(entry) {
      ring.push(entry)
      api.wake()
    },
  })
  const answer = createAnswerer({
    recorder,
    store,
    nowMs: () => clock.monotonicUs() / 1000,
    pause: () => new Promise(resolve => setImmediate(resolve)),
  })
  const api = await serveApi(options.sockets.api, { ring, answer, health: () => recorder.health() })
  const copies = await serveCopies(options.sockets.copies, { recorder, log })
  return {
    stop() {
      copies.close()
      api.close()
      store.close()
    },
  }
}

function openStore(options: CaptureOptions, deps: StoreDeps): CaptureStore {
  try {
    return openCaptureStore(options, deps)
  } catch (error) {
    throw new Error(`the capture cannot be kept in ${options.dir}: ${whyOf(error)}`, { cause: error })
  }
}

const ringLimits = { entries: 4096, bytes: 8 * 1024 * 1024 }
