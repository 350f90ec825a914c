import { askCgminer, optional } from '../ask.ts'
import type { Answers, Dialogue, Identity } from '../driver.ts'
import { z } from 'zod'
import { inner, rows, type Row } from '../reading/rows.ts'
import { mac, text } from '../reading/text.ts'
import { askV2Message, askV3 } from './requests.ts'

/** Says so in its version or its device details, or sends a browser to its LuCI pages. */
export function recognisesWhatsminer(answers: Answers): boolean {
  const told = [answers.version, answers.devdetails, answers.getVersion].some(reply =>
    /BTMINER|BITMICRO|WHATSMINER/.test(reply?.toUpperCase() ?? ''),
  )
  const { root } = answers
  return told || (root?.status === 307 && `${root.headers['location']} ${root.body}`.includes('/cgi-bin/luci'))
}

/** The API that takes writes came with firmware of 2022-07-29; older firmware reads only. */
export function isBeforeWrites(answers: Answers): boolean {
  const day = /"fw_ver"\s*:\s*"'?(\d{8})\./.exec(answers.getVersion ?? '')?.[1]
  return day !== undefined && day < '20220729'
}

/** V3 firmware also answers V2 on 4028, with fewer fields: 4433 is what tells it. */
export function recognisesV3(answers: Answers): boolean {
  return answers.v3?.includes('"type"') === true && answers.v3.includes('"miner"')
}

export function* askIdentityV2(): Dialogue<Identity> {
  const { version, info, details } = yield* askWho()
  return identityFromV2({ version, info, details, summary: {} })
}

export type Who = { readonly version: Row; readonly info: Row; readonly details: Row }

const detailsReply = z.object({ DEVDETAILS: rows })

export function* askWho(): Dialogue<Who> {
  const version = (yield* optional(askV2Message('get_version'))) ?? {}
  const info = (yield* optional(askV2Message('get_miner_info'))) ?? {}
  const details = yield* optional(askCgminer('devdetails', detailsReply))
  return { version, info, details: details?.DEVDETAILS[0] ?? {} }
}

export function identityFromV2(who: Who & { readonly summary: Row }): Identity {
  const { version, info, details, summary } = who
  return {
    make: 'WhatsMiner',
    model: modelName(text(details['Model']) ?? text(version['miner_type']) ?? text(info['model'])),
    firmwareVersion: unquoted(version['fw_ver']) ?? unquoted(summary['Firmware Version']),
    mac: mac(info['mac']) ?? mac(summary['MAC']),
    serial: text(info['minersn']),
    hostname: text(info['hostname']),
  }
}

export function* askIdentityV3(): Dialogue<Identity> {
  return identityFromV3(yield* askV3('get.device.info'))
}

export function identityFromV3(info: Row): Identity {
  const miner = inner(info['miner'])
  const network = inner(info['network'])
  return {
    make: 'WhatsMiner',
    model: modelName(text(miner['type'])),
    firmwareVersion: unquoted(inner(info['system'])['fwversion']),
    mac: mac(network['mac']),
    serial: text(miner['miner-sn']),
    hostname: text(network['hostname']),
  }
}

/** `M60S_VK40` and `M60SVK40` are one model. */
function modelName(name: string | null): string | null {
  return text(name?.replace(/^WhatsMiner\s+/i, '').replace(/^(M\d+[A-Z]*\+*)[\s_]*(V[A-Z]*\d\w*)$/i, '$1 $2'))
}

/** Old builds quote their version: `'20210322.22.REL'`. */
function unquoted(value: unknown): string | null {
  return text(text(value)?.replaceAll("'", ''))
}
