import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'

/** What has to be right for nothing to be lost: what mutants are made of. */
export const mutated: readonly string[] = [
  'packages/protocol/src/live/lead.ts',
  'packages/protocol/src/live/follow.ts',
  'packages/protocol/src/live/apply.ts',
  'packages/protocol/src/link/sender.ts',
  'packages/protocol/src/link/receiver.ts',
  'packages/protocol/src/link/chunks.ts',
  'packages/protocol/src/lease.ts',
  'apps/site-relay/src/link/beats.ts',
  'apps/site-relay/src/link/connection.ts',
  'apps/site-relay/src/link/dial.ts',
  'apps/site-relay/src/link/event-pump.ts',
  'apps/site-relay/src/link/frame-queue.ts',
  'apps/site-relay/src/link/link.ts',
  'apps/site-relay/src/link/session.ts',
  'apps/site-relay/src/store/acknowledgements.ts',
  'apps/site-relay/src/store/commands.ts',
  'apps/site-relay/src/store/controls.ts',
  'apps/site-relay/src/store/journal.ts',
  'apps/site-relay/src/store/renewal.ts',
  'apps/site-relay/src/store/lease.ts',
  'apps/site-relay/src/store/writer.ts',
  'apps/site-relay/src/link/backfill.ts',
  'apps/site-relay/src/history/history.ts',
  'apps/site-relay/src/history/tape.ts',
  'apps/site-relay/src/lease/keeper.ts',
  'apps/site-relay/src/lease/pair.ts',
  'apps/site-relay/src/core/change-log.ts',
  'apps/site-relay/src/command/guard.ts',
  'apps/control-worker/src/actors/alarms.ts',
  'apps/control-worker/src/site/beat-store.ts',
  'apps/control-worker/src/site/delivery.ts',
  'apps/control-worker/src/site/events.ts',
  'apps/control-worker/src/site/from-relay.ts',
  'apps/control-worker/src/site/from-relay-frames.ts',
  'apps/control-worker/src/site/hello.ts',
  'apps/control-worker/src/site/history-place.ts',
  'apps/control-worker/src/site/lease.ts',
  'apps/control-worker/src/site/turn.ts',
  'apps/control-worker/src/site/journal.ts',
  'apps/control-worker/src/site/link-set.ts',
  'apps/control-worker/src/site/live-replica.ts',
  'apps/control-worker/src/site/presence.ts',
  'apps/control-worker/src/site/relay-book.ts',
  'apps/control-worker/src/site/site.ts',
]

export const root = new URL('../../', import.meta.url)

/** Its JavaScript, every character where it was. */
export const strippedSource = (file: string): string =>
  stripTypeScriptTypes(readFileSync(new URL(file, root), 'utf8'), { mode: 'strip' })
