import { z } from 'zod'
import { cgminerReply } from '../cgminer.ts'
import type { WhatsminerModel } from '../model.ts'
import type { Answer } from '../protocol.ts'
import { errorCodes, localTime } from './error-codes.ts'
import { plain, type V2 } from './v2-envelope.ts'
import { deviceDetails, devs, minerInfo, pools, psu, summary, type Whatsminer } from './v2-reads.ts'
import { answerEncrypted, writeCommands } from './v2-writes.ts'

const asked = z.union([
  z.object({ enc: z.literal(1), data: z.string().max(16_384) }),
  z.object({ cmd: z.string().max(64) }).transform(call => ({ command: call.cmd })),
  z.object({ command: z.string().max(64) }),
])

/** Port 4028, API 2: reads for anyone; writes come encrypted and signed. */
export function answerV2(v2: V2, request: unknown): Answer {
  const call = asked.safeParse(request)
  if (!call.success) return plain(v2, { code: 23, text: 'Invalid JSON', isError: true })
  if ('enc' in call.data) return answerEncrypted(v2, call.data.data)
  const { command } = call.data
  if (writeCommands.has(command)) return plain(v2, { code: 45, text: "can't access write cmd", isError: true })
  return read(v2, command)
}

function read(v2: V2, command: string): Answer {
  const miner: Whatsminer = { model: v2.model, identity: v2.inside.identity, at: v2.inside.snapshot() }
  switch (command) {
    case 'summary':
      return rows(v2, { code: 11, text: 'Summary' }, { SUMMARY: [summary(miner)] })
    case 'devs':
    case 'edevs':
      return boardRows(v2, devs(miner))
    case 'pools':
      return rows(v2, { code: 7, text: `${miner.at.pools.length} Pool(s)` }, { POOLS: pools(miner) })
    case 'devdetails':
      return rows(v2, { code: 69, text: 'Device Details' }, { DEVDETAILS: deviceDetails(miner) })
    case 'get_version':
      return plain(v2, { code: 131, text: version(v2.model) })
    case 'get_miner_info':
      return plain(v2, { code: 131, text: minerInfo(miner) })
    case 'get_psu':
      return plain(v2, { code: 131, text: psu(miner) })
    case 'status':
      return plain(v2, { code: 131, text: status(v2.model) })
    case 'get_error_code':
      return plain(v2, {
        code: 131,
        text: { error_code: errorCodes(miner.at).map(code => ({ [code]: localTime(miner.at.now) })) },
      })
    case 'get_token':
      return token(v2)
    default:
      return plain(v2, { code: 14, text: 'invalid cmd', isError: true })
  }
}

function version(model: WhatsminerModel): Record<string, unknown> {
  return {
    api_ver: `whatsminer v${model.apiVersion}`,
    fw_ver: model.firmwareVersion,
    platform: model.platform,
    chip: 'K70A07F',
  }
}

function status(model: WhatsminerModel): Record<string, unknown> {
  return {
    mineroff: 'false',
    mineroff_reason: '',
    mineroff_time: '0',
    'Firmware Version': `'${model.firmwareVersion}'`,
    power_mode: 'Normal',
    hash_percent: '0',
    power_limit_set: String(model.powerLimitW),
  }
}

function token(v2: V2): Answer {
  const issued = v2.tokens.issue()
  return issued === null
    ? plain(v2, { code: 136, text: 'over max connect', isError: true })
    : plain(v2, { code: 134, text: { ...issued } })
}

function boardRows(v2: V2, boards: ReturnType<typeof devs>): Answer {
  return rows(v2, { code: 9, text: `${boards.length} ASC(s)` }, { DEVS: boards })
}

function rows(v2: V2, status: { code: number; text: string }, tables: Record<string, unknown>): Answer {
  const when = Math.floor(v2.inside.now() / 1000)
  return { text: JSON.stringify(cgminerReply({ ...status, from: 'cgminer 4.9.2', when }, tables)) }
}
