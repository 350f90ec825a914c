import type { Answers } from './driver.ts'

/** Firmware that we know by sight and cannot read yet. */
export type Stranger = { readonly name: string; readonly priority: number; readonly said: string }

/** The stranger that comes first, if any. After-market firmware keeps the maker's words: it is looked for before stock. */
export function strangerIn(answers: Answers): Stranger | null {
  for (const { name, priority, marks } of strangers) {
    const mark = marks.find(one => one.test(words(answers, one.in)))
    if (mark) return { name, priority, said: name }
  }
  return null
}

type Place = 'api' | 'page' | 'realm' | 'axe' | 'api-http'
type Mark = { readonly in: Place; readonly test: (text: string) => boolean }

function words(answers: Answers, place: Place): string {
  const { root } = answers
  switch (place) {
    // The order of keys and the repairs do not matter: the whole reply is looked at, in capitals.
    case 'api':
      return [answers.version, answers.devdetails, answers.stats].join(' ').toUpperCase()
    case 'api-http':
      return answers.version ?? ''
    case 'page':
      return root?.body ?? ''
    case 'realm':
      return root?.status === 401 ? (root.headers['www-authenticate'] ?? '') : ''
    case 'axe':
      return answers.axe ?? ''
  }
}

const api = (text: string): Mark => ({ in: 'api', test: reply => reply.includes(text) })
const page = (text: string): Mark => ({ in: 'page', test: body => body.toLowerCase().includes(text.toLowerCase()) })
const realm = (text: string): Mark => ({ in: 'realm', test: header => header.includes(`realm="${text}`) })
const axe = (pattern: RegExp): Mark => ({ in: 'axe', test: info => pattern.test(info) })

// The order and the marks are those of pyasic, asic-rs and proto-fleet (Apache-2.0).
const strangers: readonly { readonly name: string; readonly priority: number; readonly marks: readonly Mark[] }[] = [
  { name: 'Braiins OS', priority: 10, marks: [api('BOSMINER'), api('BOSER'), page('Braiins OS')] },
  { name: 'LuxOS', priority: 11, marks: [api('LUXMINER'), page('Luxor Firmware')] },
  { name: 'VNish', priority: 12, marks: [api('VNISH'), page('AnthillOS')] },
  { name: 'Hiveon', priority: 13, marks: [api('HIVEON')] },
  { name: 'MARA firmware', priority: 14, marks: [api('KAONSU'), api('MARAFW')] },
  { name: 'MSK miner', priority: 15, marks: [api('RWGLR')] },
  {
    name: 'ePIC',
    priority: 16,
    marks: [page('Miner Web Dashboard'), { in: 'api-http', test: text => text.startsWith('HTTP/') }],
  },
  { name: 'Proto Rig', priority: 17, marks: [page('Proto OS')] },
  {
    name: 'NerdAxe',
    priority: 18,
    marks: [axe(/"deviceModel"\s*:\s*"[^"]*nerd/i), page('NerdAxe'), page('NerdQAxe'), page('NerdOCTAXE')],
  },
  { name: 'LuckyMiner', priority: 19, marks: [axe(/"minerModel"/), page('Lucky miner')] },
  { name: 'Avalon', priority: 31, marks: [api('AVALON'), page('Avalon')] },
  { name: 'Innosilicon', priority: 32, marks: [api('INNOMINER'), page('DragonMint')] },
  {
    name: 'Goldshell',
    priority: 33,
    marks: [api('INTCHAINS_QOMO'), api('KDAMINER'), api('BFGMINER'), page('cloud-box')],
  },
  { name: 'IceRiver', priority: 34, marks: [page('<title>用户界面</title>')] },
  { name: 'Auradine', priority: 35, marks: [api('GCMINER'), api('FLUXOS'), page('Miner UI')] },
  { name: 'Sealminer', priority: 36, marks: [api('BDMINER'), page('amazeui')] },
  { name: 'Elphapex', priority: 37, marks: [realm('Daoge')] },
  {
    name: 'Hammer or VolcMiner',
    priority: 38,
    marks: [realm('blackMiner'), page('VolcMiner'), page('blackMiner Configuration')],
  },
]
