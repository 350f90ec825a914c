import { paths } from '@headframe/protocol'
import { signIn, type SignedIn } from '../../harness/control-api.ts'

/** Cookies of so many people who may watch the owner's site. */
export async function signInPeople({ api, me }: SignedIn, count: number): Promise<string[]> {
  const org = me.orgs[0]?.id
  if (org === undefined) throw new Error('the owner has an organisation')
  const cookies: string[] = []
  for (let index = 0; index < count; index++) {
    const person = { login: `viewer-${index}`, password: 'a long enough password' }
    await api.send('POST', paths.people(org), { name: `Viewer ${index}`, role: 'viewer', ...person })
    cookies.push((await signIn(api.url, person)).api.cookie())
  }
  return cookies
}
