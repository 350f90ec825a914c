import { problemCode, type ProblemCode } from '@headframe/protocol'

export type Meaning = { readonly code: ProblemCode; readonly component: string | null; readonly text: string }

/**
 * Vendor code to our closed list, by pyasic and tetherto/miningos (Apache-2.0). `54n` is 540 to 548, where the last
 * digit is the hashboard; `281-288` is a range. One line each: codes, our code, part, words.
 */
const table = `
100 fan-slow fan A fan reports a fault.
110 fan-slow fan in The intake fan does not turn as it should.
111 fan-slow fan out The exhaust fan does not turn as it should.
120,130 fan-slow fan in The intake fan is far from its target speed.
121,131 fan-slow fan out The exhaust fan is far from its target speed.
140 fan-slow fan A fan turns too fast.
200 psu-fault psu No power supply is found.
201 configuration psu The power supply is not the one that is configured.
202,209,212,215 psu-fault psu Its output voltage is off or cannot be set.
203,204,233-235,243-245 psu-fault psu The power supply is too hot.
205,211 psu-fault psu Its output current is wrong.
206,207,250,251,271 psu-fault psu The mains voltage is too low.
218 psu-fault psu The mains voltage is too low for the high-power mode.
208,213,214,216,219 psu-fault psu Its power readings cannot be trusted.
210,265,266,276-280 psu-fault psu The power supply reports a fault without a name.
217 psu-fault psu Its output cannot be switched on.
236-238,268 psu-fault psu It tripped: too much output current.
239 psu-fault psu It tripped: output voltage too high.
240 psu-fault psu It tripped: output voltage too low.
241 psu-fault psu Its output phases are unequal.
246,247,270 psu-fault psu The mains voltage is too high.
248,249,257,269 psu-fault psu It tripped: too much input current.
253,254,274 psu-fault psu Its own fan fails.
255,256,272 psu-fault psu It gives more power than it should.
263,264 psu-fault psu The control board cannot talk to it.
267 psu-fault psu Its watchdog tripped.
273 psu-fault psu It takes more power than it should.
275 psu-fault psu It is getting too hot.
281-296 psu-fault psu It shows a status bit of its maker.
30n,32n sensor-fault board Its temperature sensor does not answer.
326 sensor-fault - The sensor of the coolant does not answer.
329 sensor-fault control board The sensor of the control board does not answer.
35n board-too-hot board It stopped because it was too hot.
360-363 board-too-hot - A hashboard is too hot.
370 inlet-too-hot - The air temperature changes too fast.
380-382 sensor-fault - The humidity sensor does not answer.
383 other - It stopped because of the humidity.
400 eeprom - An EEPROM fails.
41n eeprom board Its EEPROM is not found.
42n,43n,44n eeprom board Its EEPROM holds wrong data.
45n eeprom board Its EEPROM cannot be read.
500 hashboard-fault - A hashboard fails.
51n,52n configuration board It does not belong to this model.
53n hashboard-missing board The hashboard is not found.
54n hashboard-fault board Its chips cannot be read.
55n hashboard-fault board It has bad chips.
56n hashboard-fault board Its chips work unequally.
57n hashboard-fault board Its chips answer with errors.
58n hashboard-fault board It cannot be reset.
59n hashrate-low board Its frequency is too low.
600 inlet-too-hot - The air is too hot.
610 inlet-too-hot - The air is too hot for the high-power mode.
620,652 inlet-too-hot - The coolant is too hot or unsteady.
700-702 control-board control board The control board is not accepted.
710,712 control-board control board The control board restarted after a fault.
711 firmware control board The control board restarted and runs slowly: new firmware helps.
713,714 network - The network is unsteady.
72n control-board board The control board gets broken frames from it.
800-802 firmware - A program of the firmware is damaged.
810,820 configuration - Serial numbers do not fit each other.
900,902,9999 other - The machine reports a fault without a name.
901 power-low psu Power and hashrate do not fit each other.
2000,2010 configuration pools No pool is set or enabled.
202n pool-unreachable pools A pool cannot be reached.
2030 pool-rejects pools The pool rejects too many shares.
2040 pool-rejects pools The pool does not allow version rolling.
211n hashboard-fault board It failed a factory test.
2310,2320 hashrate-low - The hashrate is too low.
2330,2340,2350 hashrate-low - Hashrate was lost.
501n power-low board The voltage at its chips is too low.
502n hashboard-fault board The voltage at its chips has drifted.
503n,504n chip-too-hot board Some of its chips are much hotter than others.
505n chip-too-hot board It stopped because its chips were too hot.
507n inlet-too-hot board Its coolant does not flow as it should.
5079 inlet-too-hot - The coolant flows too slowly.
5080 sensor-fault - Chip temperatures cannot be calibrated: it needs a factory reset.
509n sensor-fault board Its chip temperatures are calibrated unequally.
511n,517n hashrate-low board It did not reach its frequency in time.
512n hashboard-fault board Its chips answer with broken data.
513n hashboard-fault board It is unstable.
514n hashboard-fault board It is unstable.
8000,8400,8410 firmware - The firmware or its tool is too old or wrong.
8010,8020 hashrate-low - Frequency or hashrate is too low.
8035 inlet-too-hot - The air is too hot.
8100 hashboard-fault - Chip data are wrong.
8200,8210,8220,8300 configuration - Version, model or level do not fit.
8500,8510,8520,8530,8540 hashrate-low - It failed the production test: hashrate.
8501,8511,8521,8531,8541 psu-fault - It failed the production test: power.
8502,8503,8512,8513,8522,8523,8532,8533,8542,8543 fan-slow - It failed the production test: fans.
8504,8514,8524,8534,8544 psu-fault - It failed the production test: voltage.
8600-8670 configuration - A serial number or a model name is missing or wrong.
8700 configuration psu The power supply does not fit this machine.
9000,9010 firmware - The mining program crashed.
100000-100003 firmware - The firmware is damaged or its signature is wrong: flash it anew.
100100 firmware - The mining program was removed by the security check: flash it anew.
110000,110001 firmware - Foreign files or malware were found: flash it anew.
`

export const meanings: ReadonlyMap<string, Meaning> = new Map(table.trim().split('\n').flatMap(parseLine))

function parseLine(line: string): readonly (readonly [string, Meaning])[] {
  const [, codes = '', code = '', component = '', text = ''] =
    /^(\S+) (\S+) (-|board|control board|fan(?: in| out)?|psu|pools) (.+)$/.exec(line) ?? []
  const meaning: Meaning = { code: problemCode.parse(code), component: part(component), text }
  return codes
    .split(',')
    .flatMap(range)
    .map(one => [one, meaning] as const)
}

function part(component: string): string | null {
  return component === '-' || component === 'board' ? null : component
}

function range(codes: string): readonly string[] {
  const [first = '', last] = codes.split('-')
  if (last === undefined) return [first]
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => String(Number(first) + index))
}
