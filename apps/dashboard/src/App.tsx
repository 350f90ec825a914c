import { Navigate, Route, useParams, type BaseRouterProps, type RouteSectionProps } from '@solidjs/router'
import { createMemo, lazy, Show, type Component, type JSX } from 'solid-js'
import { createSession, SessionProvider, useMe } from './api/session.tsx'
import { Gate } from './entry/Gate.tsx'
import { IoProvider, type Io } from './io.ts'
import { createSite, SiteProvider } from './live/site.tsx'
import { Miners } from './miners/Miners.tsx'
import { Overview } from './overview/Overview.tsx'
import { NoSuchPage } from './shell/NoSuchPage.tsx'
import { NoSuchSite } from './shell/NoSuchSite.tsx'
import { Shell } from './shell/Shell.tsx'
import { ToFirstSite } from './shell/ToFirstSite.tsx'

const Stratum = lazy(async () => ({ default: (await import('./stratum/Stratum.tsx')).Stratum }))
const Settings = lazy(async () => ({ default: (await import('./settings/Settings.tsx')).Settings }))

/** The whole dashboard, given a world and a router. */
export function App(props: { readonly io: Io; readonly router: Component<BaseRouterProps> }) {
  // oxlint-disable-next-line solid/reactivity -- the world does not change under a running page
  const io = props.io
  const session = createSession(io)
  void session.load()
  const root = (rootProps: { children?: JSX.Element }) => (
    <IoProvider value={io}>
      <SessionProvider value={session}>
        <Gate>{rootProps.children}</Gate>
      </SessionProvider>
    </IoProvider>
  )
  return (
    <props.router root={root}>
      <Route path="/" component={ToFirstSite} />
      <Route path="/setup" component={() => <Navigate href="/" />} />
      <Route
        path="/s/:site"
        component={(routeProps: RouteSectionProps) => <SiteSection io={io}>{routeProps.children}</SiteSection>}
      >
        <Route path="/" component={Overview} />
        <Route path="/miners/:miner?" component={Miners} />
        <Route path="/stratum" component={Stratum} />
        <Route path="/settings/:page?" component={Settings} />
      </Route>
      <Route path="*" component={NoSuchPage} />
    </props.router>
  )
}

/** Everything below a site's path. Another site in the path is another link, another copy, another page. */
function SiteSection(props: { readonly io: Io; readonly children?: JSX.Element }) {
  const params = useParams()
  const me = useMe()
  // Control answers for a site of others as for none, in a way that a socket cannot tell from a broken line.
  const id = createMemo(() => me().sites.find(site => site.id === params['site'])?.id)
  return (
    <Show when={id()} keyed fallback={<NoSuchSite />}>
      {id => {
        const site = createSite(id, props.io)
        return (
          <SiteProvider value={site}>
            <Shell>{props.children}</Shell>
          </SiteProvider>
        )
      }}
    </Show>
  )
}
