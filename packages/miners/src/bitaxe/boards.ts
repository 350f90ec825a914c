/** What is on an AxeOS board of one version, from the device table of ESP-Miner. */
export type BoardFacts = {
  readonly model: string
  readonly chips: number
  readonly fans: number
  readonly nameplateHs: number
}

export function boardFacts(boardVersion: string | null): BoardFacts | null {
  const row = table.find(entry => entry.versions.includes(boardVersion ?? ''))
  if (!row) return null
  const { model, chips, fans } = row
  // Every small core of every chip tries one hash a clock.
  return { model, chips, fans, nameplateHs: chips * row.mhz * row.smallCores * 1e6 }
}

const table: readonly Entry[] = [
  { model: 'Max', versions: ['2.2', '102'], chips: 1, fans: 1, mhz: 425, smallCores: 672 },
  {
    model: 'Ultra',
    versions: ['0.11', '201', '202', '203', '204', '205', '207'],
    chips: 1,
    fans: 1,
    mhz: 485,
    smallCores: 894,
  },
  { model: 'Hex', versions: ['302', '303'], chips: 6, fans: 2, mhz: 485, smallCores: 894 },
  { model: 'Supra', versions: ['400', '401', '402', '403'], chips: 1, fans: 1, mhz: 490, smallCores: 1276 },
  { model: 'SupraHex', versions: ['701', '702'], chips: 6, fans: 2, mhz: 490, smallCores: 1276 },
  { model: 'Gamma', versions: ['600', '601', '602', '603'], chips: 1, fans: 1, mhz: 525, smallCores: 2040 },
  { model: 'GammaDuo', versions: ['650'], chips: 2, fans: 1, mhz: 400, smallCores: 2040 },
  { model: 'GammaTurbo', versions: ['801'], chips: 2, fans: 2, mhz: 525, smallCores: 2040 },
]

type Entry = {
  readonly model: string
  readonly versions: readonly string[]
  readonly chips: number
  readonly fans: number
  readonly mhz: number
  readonly smallCores: number
}
