import type { Problem, ProblemCode } from '@headframe/protocol'
import { list, inner, type Row } from '../reading/rows.ts'
import { text } from '../reading/text.ts'

/** The health list of `summary.cgi`: `s` is fine, empty is not judged yet, `e` an error, `w` a warning. */
export function statusProblems(summary: Row): readonly Problem[] {
  return list(summary['status'])
    .map(inner)
    .filter(status => status['status'] === 'e' || status['status'] === 'w')
    .map(status => {
      const type = text(status['type'])
      const known = statusKinds[type ?? '']
      return {
        vendorCode: text(status['code']),
        code: known?.code ?? 'other',
        component: type,
        text: text(status['msg']) ?? known?.text ?? 'The machine reports a fault.',
      }
    })
}

const statusKinds: Readonly<Record<string, { readonly code: ProblemCode; readonly text: string }>> = {
  rate: { code: 'hashrate-low', text: 'The machine says that its hashrate is too low.' },
  network: { code: 'network', text: 'The machine says that its network or pool fails.' },
  fans: { code: 'fan-stopped', text: 'The machine says that a fan fails.' },
  temp: { code: 'chip-too-hot', text: 'The machine says that its temperature is out of range.' },
}

export function badChipProblems(bad: readonly { readonly slot: number; readonly bad: number }[]): readonly Problem[] {
  return bad.map(chain => ({
    vendorCode: null,
    code: 'hashboard-fault',
    component: `hashboard ${chain.slot}`,
    text: `${chain.bad} chips are marked bad.`,
  }))
}

/** The one code of `GET :6060/warning`: `{"error_message":"P:2"}`, or `"None"`. S19 XP and S21 families. */
export function warningProblems(warning: Row): readonly Problem[] {
  const vendorCode = text(warning['error_message'])
  if (vendorCode === null || vendorCode.toLowerCase() === 'none') return []
  const known = warnings.find(one => one.pattern.test(vendorCode))
  // J0:6 and J0:8 speak of all boards together; elsewhere the number after J is the board.
  const board = known?.board === true ? /^J(\d+):/.exec(vendorCode)?.[1] : undefined
  return [
    {
      vendorCode,
      code: known?.code ?? 'other',
      component: board === undefined ? null : `hashboard ${board}`,
      text: known?.text ?? 'The machine shows a code that we do not know.',
    },
  ]
}

type Warning = { readonly pattern: RegExp; readonly code: ProblemCode; readonly text: string; readonly board?: true }

const warnings: readonly Warning[] = [
  { pattern: /^R:1$/, code: 'hashrate-low', text: 'The hashrate is below what it should be.' },
  { pattern: /^N:1$/, code: 'other', text: 'The hashrate is above what it can be.' },
  { pattern: /^V:1$/, code: 'psu-fault', text: 'The power supply did not start up.' },
  { pattern: /^V:2$/, code: 'psu-fault', text: 'The power supply lacks its calibration.' },
  { pattern: /^P:1$/, code: 'chip-too-hot', text: 'It stopped because it is too hot.' },
  { pattern: /^P:2$/, code: 'too-cold', text: 'It stopped because it is too cold.' },
  { pattern: /^M:1$/, code: 'control-board', text: 'The control board ran out of memory.' },
  { pattern: /^J0:8$/, code: 'hashboard-missing', text: 'Not all hashboards are found.' },
  { pattern: /^J0:6$/, code: 'sensor-fault', text: 'A temperature sensor fails.' },
  { pattern: /^J\d+:4$/, code: 'eeprom', text: 'The EEPROM of the hashboard is damaged.', board: true },
  { pattern: /^J\d+:2$/, code: 'chips-missing', text: 'Chips of the hashboard are not found.', board: true },
  { pattern: /^L\d+:1$/, code: 'configuration', text: 'Voltage or frequency is set above its limit.' },
  { pattern: /^L255:2$/, code: 'configuration', text: 'The hashboards differ and share no working level.' },
  { pattern: /^L\d+:2$/, code: 'configuration', text: 'Voltage and frequency do not fit each other.' },
]
