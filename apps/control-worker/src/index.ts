import { app } from './app.ts'

export { Directory } from './actors/directory.ts'
export { OrgActor } from './actors/org-actor.ts'
export { SiteActor } from './actors/site-actor.ts'

// oxlint-disable-next-line import/no-default-export -- what the runtime looks for
export default app
