import { Button } from '../parts/Button.tsx'
import { Notice } from '../parts/Notice.tsx'

/** In place of a page that could not be loaded or drawn; the rest of the dashboard goes on. */
export function Failed(props: { readonly error: unknown; readonly onAgain: () => void }) {
  // A part that is fetched on demand is gone once a newer release is installed: its name changed.
  const loading = () => props.error instanceof TypeError && /import/i.test(props.error.message)
  return (
    <Notice
      kind="danger"
      title={loading() ? 'This page could not be loaded' : 'This page failed'}
      text={
        loading()
          ? 'The connection failed, or Headframe was updated meanwhile. Reload to get what is there now.'
          : `Please report this: ${String(props.error)}`
      }
    >
      <Button kind="primary" onClick={() => window.location.reload()}>
        Reload
      </Button>
      <Button onClick={() => props.onAgain()}>Try again</Button>
    </Notice>
  )
}
