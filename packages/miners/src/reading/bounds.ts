import type { Hashboard, Problem, Reading } from '@headframe/protocol'

/** Values that no machine can have. They are kept as the miner told them, and named. */
export function outOfBounds(full: Reading): readonly Problem[] {
  return [
    ...check('hashrate', full.hashrateHs, { max: hashrateMax(full) }),
    ...check('power', full.powerW, { max: 20_000 }),
    ...check('power limit', full.powerLimitW, { max: 20_000 }),
    ...check('inlet', full.inletTempC, airC),
    ...full.hashboards.flatMap(board => checkBoard(board, full)),
    ...full.fans.flatMap(fan => check(`fan ${fan.slot}`, fan.rpm, { max: 40_000 })),
    ...check('psu', full.psu?.tempC ?? null, partC),
  ]
}

function checkBoard(board: Hashboard, full: Reading): readonly Problem[] {
  const name = `hashboard ${board.slot}`
  return [
    ...check(name, board.hashrateHs, { max: hashrateMax(full) }),
    ...check(name, board.boardTempC, partC),
    ...check(name, board.chipTempC, partC),
    ...check(name, board.frequencyMhz, { max: 3000 }),
    ...check(name, board.voltageV, { max: 100 }),
    ...check(name, board.chips, { max: 1000 }),
  ]
}

/** Five times what is expected leaves room for over-clocking and luck; a wrong unit is off by a thousand. */
function hashrateMax(full: Reading): number {
  const known = full.nameplateHashrateHs ?? full.expectedHashrateHs
  return known === null || known === 0 ? 5e15 : known * 5
}

const airC = { min: -40, max: 80 }
const partC = { min: -40, max: 150 }

type Bounds = { readonly min?: number; readonly max: number }

function check(component: string, value: number | null, bounds: Bounds): readonly Problem[] {
  if (value === null || (value >= (bounds.min ?? 0) && value <= bounds.max)) return []
  const text = `The miner tells ${value}, which cannot be.`
  return [{ vendorCode: null, code: 'reading-out-of-bounds', component, text }]
}
