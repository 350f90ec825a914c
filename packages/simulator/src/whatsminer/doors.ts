import { cgminerDoor } from '../cgminer.ts'
import { httpDoor } from '../http.ts'
import type { WhatsminerModel } from '../model.ts'
import type { Door, Inside } from '../protocol.ts'
import { frameDoor } from './frames.ts'
import { tokensOf } from './tokens.ts'
import { answerV2 } from './v2.ts'
import { answerV3, v3Of } from './v3.ts'

/** WhatsMiner: API 2 on 4028, on newer firmware API 3 on 4433 beside it, and a web page that is HTTPS only. */
export function whatsminerDoors(inside: Inside, model: WhatsminerModel): readonly Door[] {
  const v2 = { inside, model, tokens: tokensOf(inside) }
  const v3 = v3Of(inside, model)
  return [
    cgminerDoor(inside, { endsWithNul: false, respond: request => answerV2(v2, request) }),
    ...(model.api === 3 ? [frameDoor(inside, request => answerV3(v3, request))] : []),
    httpDoor(inside, () => ({
      status: 307,
      type: 'text/html',
      headers: { location: `https://${inside.snapshot().address}/cgi-bin/luci` },
      text: '<a href="/cgi-bin/luci">LuCI</a>',
    })),
  ]
}
