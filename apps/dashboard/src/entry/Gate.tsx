import { Match, Switch, type JSX } from 'solid-js'
import { useSession } from '../api/session.tsx'
import { EntryPage } from './EntryPage.tsx'
import { Setup } from './Setup.tsx'
import { SignIn } from './SignIn.tsx'
import { Unreachable } from './Unreachable.tsx'

/** Lets through who is signed in. The path stays as it is, so that signing in leads to where one was going. */
export function Gate(props: { readonly children: JSX.Element }) {
  const session = useSession()
  const failure = () => {
    const state = session.state()
    return state.kind === 'failed' ? state.text : ''
  }
  return (
    <Switch>
      <Match when={session.state().kind === 'loading'}>
        <EntryPage title="Headframe" busy />
      </Match>
      <Match when={session.state().kind === 'failed'}>
        <Unreachable text={failure()} />
      </Match>
      <Match when={session.state().kind === 'not-set-up'}>
        <Setup />
      </Match>
      <Match when={session.state().kind === 'signed-out'}>
        <SignIn />
      </Match>
      <Match when={session.state().kind === 'signed-in'}>{props.children}</Match>
    </Switch>
  )
}
