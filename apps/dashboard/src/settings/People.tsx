import { role, type OrgId, type PersonEntry, type Role } from '@headframe/protocol'
import { createSignal, For, Show } from 'solid-js'
import { calls } from '../api/calls.ts'
import { request } from '../api/request.ts'
import { useMe } from '../api/session.tsx'
import { useIo } from '../io.ts'
import { Button } from '../parts/Button.tsx'
import { createSubmit } from '../parts/create-submit.ts'
import { Confirm } from '../parts/Confirm.tsx'
import { Icon } from '../parts/Icon.tsx'
import { AddPerson } from './AddPerson.tsx'
import { createList } from '../parts/create-list.ts'
import { ListNotice } from './ListNotice.tsx'
import { roleWords } from './role-words.ts'
import styles from './Settings.module.css'

/** Who may use this organisation, and for what; for its owners. */
export function People(props: { readonly org: OrgId }) {
  const io = useIo()
  const me = useMe()
  const people = createList(async () => (await request(calls.people(props.org), io.fetch)).people)
  const [adding, setAdding] = createSignal(false)
  const [removing, setRemoving] = createSignal<PersonEntry | null>(null)
  const change = createSubmit(async (person: PersonEntry, next: Role | null) => {
    await request(calls.setRole(props.org, person.id, { role: next }), io.fetch)
    setRemoving(null)
    await people.load()
  })
  const added = () => {
    setAdding(false)
    void people.load()
  }
  const remove = () => {
    const person = removing()
    if (person) change.submit(person, null)
  }
  return (
    <section class={styles.card} aria-labelledby="people">
      <header class={styles.cardHead}>
        <h2 id="people">People</h2>
        <Button kind="primary" onClick={() => setAdding(true)}>
          <Icon name="plus" size={14} /> Add a person
        </Button>
      </header>
      <ListNotice list={people} what="People" failure={removing() ? null : change.failure()?.message} />
      <ul>
        <For each={people.entries()}>
          {person => (
            <PersonLine
              person={person}
              mine={person.id === me().id}
              editable={person.id !== me().id}
              onRole={next => change.submit(person, next)}
              onRemove={() => setRemoving(person)}
            />
          )}
        </For>
      </ul>
      <AddPerson org={props.org} open={adding()} onClose={() => setAdding(false)} onAdded={added} />
      <Confirm
        open={removing() !== null}
        title={`Remove ${removing()?.name ?? ''}?`}
        text="They lose every right in this organisation at once, and their open pages close."
        keep="Keep"
        go="Remove"
        busy={change.busy()}
        failure={change.failure()?.message}
        onKeep={() => setRemoving(null)}
        onGo={remove}
      />
    </section>
  )
}

function PersonLine(props: {
  readonly person: PersonEntry
  readonly mine: boolean
  readonly editable: boolean
  readonly onRole: (role: Role) => void
  readonly onRemove: () => void
}) {
  const me = useMe()
  const siteRoles = () =>
    props.person.siteRoles.map(
      one => `${roleWords[one.role]} at ${me().sites.find(site => site.id === one.site)?.name ?? 'a site'}`,
    )
  const choose = (text: string) => {
    const next = role.options.find(one => one === text)
    if (next) props.onRole(next)
  }
  return (
    <li class={styles.line}>
      <span class={styles.who}>
        <strong>
          {props.person.name}
          {props.mine ? ' (you)' : ''}
        </strong>
        <span>{[props.person.login, ...siteRoles()].join(', ')}</span>
      </span>
      <Show
        when={props.editable}
        fallback={<span>{props.person.role ? roleWords[props.person.role] : 'No role here'}</span>}
      >
        <select aria-label={`Role of ${props.person.name}`} onChange={event => choose(event.currentTarget.value)}>
          <Show when={props.person.role === null}>
            <option selected disabled>
              Sites only
            </option>
          </Show>
          <For each={role.options}>
            {one => (
              <option value={one} selected={one === props.person.role}>
                {roleWords[one]}
              </option>
            )}
          </For>
        </select>
        <Button kind="quiet" aria-label={`Remove ${props.person.name}`} onClick={() => props.onRemove()}>
          Remove
        </Button>
      </Show>
    </li>
  )
}
