import type { OrgId, SiteId } from '@headframe/protocol'
import type { Env } from '../env.ts'

/** Stubs of actors, by their names. A name is part of where data lives: never change one. */
export const directoryOf = (env: Env) => env.DIRECTORY.getByName('directory')
export const orgActorOf = (env: Env, id: OrgId) => env.ORG.getByName(`org:${id}`)
export const siteActorOf = (env: Env, id: SiteId) => env.SITE.getByName(`site:${id}`)
