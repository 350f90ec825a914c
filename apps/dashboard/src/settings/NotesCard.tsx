import { SiteNotes } from '../parts/SiteNotes.tsx'
import styles from './Settings.module.css'

/** What the relays of the site noted that is open. */
export function NotesCard(props: { readonly of: string }) {
  return (
    <section class={styles.card} aria-labelledby="notes">
      <header class={styles.cardHead}>
        <h2 id="notes">Notes of {props.of}</h2>
      </header>
      <div class={styles.cardBody}>
        <SiteNotes />
      </div>
    </section>
  )
}
