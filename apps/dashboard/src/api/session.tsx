import type { Me } from '@headframe/protocol'
import { createContext, createSignal, useContext } from 'solid-js'
import type { Io } from '../io.ts'
import { calls } from './calls.ts'
import { ApiFailure, request } from './request.ts'

export type SessionState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'not-set-up' }
  | { readonly kind: 'signed-out'; readonly local: boolean }
  | { readonly kind: 'signed-in'; readonly me: Me; readonly demo: boolean }
  | { readonly kind: 'failed'; readonly text: string }

export type Session = ReturnType<typeof createSession>

/** Who uses this browser, as control knows it. */
export function createSession(io: Io) {
  const [state, setState] = createSignal<SessionState>({ kind: 'loading' })

  const load = async () => {
    try {
      setState(await ask(io))
    } catch (error) {
      setState({ kind: 'failed', text: error instanceof ApiFailure ? error.message : String(error) })
    }
  }

  const leave = async (everywhere: boolean) => {
    await request(everywhere ? calls.signOutEverywhere() : calls.signOut(), io.fetch)
    await load()
  }

  return { state, load, leave }
}

async function ask(io: Io): Promise<SessionState> {
  const { setUp, signedIn, demo, local } = await request(calls.installation(), io.fetch)
  if (!setUp) return { kind: 'not-set-up' }
  // Asked before `me`, whose refusal a browser would write into its console.
  if (!signedIn) return { kind: 'signed-out', local }
  try {
    return { kind: 'signed-in', me: await request(calls.me(), io.fetch), demo }
  } catch (error) {
    if (error instanceof ApiFailure && error.code === 'unauthenticated') return { kind: 'signed-out', local }
    throw error
  }
}

const SessionContext = createContext<Session>()
export const SessionProvider = SessionContext.Provider

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('no session around this component')
  return session
}

/** The person; only for components inside the shell, where someone is signed in. */
export function useMe(): () => Me {
  const session = useSession()
  return () => {
    const state = session.state()
    if (state.kind !== 'signed-in') throw new Error('nobody is signed in')
    return state.me
  }
}
