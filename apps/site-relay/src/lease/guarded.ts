import type { Edges } from '../core/edges.ts'

/** Edges that ask before anything leaves for a miner whether this box may act. */
export const guardedBy = (edges: Edges, mayAct: () => boolean): Edges => ({
  ...edges,
  miners: deps => edges.miners({ ...deps, maySend: mayAct }),
  // Nothing was asked: the address may hold anything.
  probe: async (target, signal) => (mayAct() ? await edges.probe(target, signal) : 'shortage'),
})
