import type { ProblemCode } from '@headframe/protocol'

interface Words {
  readonly title: string
  /** What a person does about it. */
  readonly next: string
}

/** Problems in plain words. */
export const problemWords: Readonly<Record<ProblemCode, Words>> = {
  'hashboard-missing': { title: 'Hashboard missing', next: 'Reseat the data cable and board, then restart.' },
  'hashboard-fault': { title: 'Hashboard fault', next: 'Swap the board to another slot to tell board from cable.' },
  'chips-missing': { title: 'Chips missing', next: 'Restart once; if chips stay away, send the board to repair.' },
  'chip-too-hot': { title: 'Chip too hot', next: 'Check airflow, fans and inlet temperature.' },
  'board-too-hot': { title: 'Board too hot', next: 'Check airflow, fans and heat sinks.' },
  'inlet-too-hot': { title: 'Inlet too hot', next: 'Check cooling and whether hot air comes back in.' },
  'too-cold': { title: 'Too cold to start', next: 'Warm the room or close the intake.' },
  'sensor-fault': { title: 'Sensor fault', next: 'Restart; if it stays, replace the board or its cable.' },
  'fan-stopped': { title: 'Fan stopped', next: 'Replace the fan before the miner overheats.' },
  'fan-slow': { title: 'Fan slow', next: 'Clean or replace the fan.' },
  'psu-fault': { title: 'Power supply fault', next: 'Check input voltage, then replace the power supply.' },
  'power-low': { title: 'Power low', next: 'Check input voltage and the power limit.' },
  network: { title: 'Network trouble', next: 'Check cable, switch port and DHCP.' },
  'pool-unreachable': { title: 'Pool cannot be reached', next: 'Check the pool address and the line to it.' },
  'pool-rejects': { title: 'Pool rejects shares', next: 'Look at its Stratum session for the reason.' },
  'hashrate-low': { title: 'Hashrate low', next: 'Look at its boards and temperatures.' },
  'control-board': { title: 'Control board fault', next: 'Restart; if it stays, replace the control board.' },
  eeprom: { title: 'EEPROM cannot be read', next: 'Reseat the board; if it stays, send it to repair.' },
  firmware: { title: 'Firmware trouble', next: 'Install the firmware again.' },
  configuration: { title: 'Configuration refused', next: 'Check the settings of the miner.' },
  'reading-out-of-bounds': { title: 'Reading makes no sense', next: 'Restart; the sensor or firmware tells nonsense.' },
  other: { title: 'Another problem', next: 'Open the miner for its own words.' },
}
