import { controlId, relayId, siteId } from '@headframe/protocol'
import type { EnrolledControl } from '../../../apps/site-relay/src/store/controls.ts'

export const relay = relayId.parse('relay_SIMULATED00001')

export const controlOf = (name: string) => controlId.parse(`control_${name.padStart(16, '0')}`)

export const enrolmentOf = (name: string): EnrolledControl => ({
  control: controlOf(name),
  url: `http://${name}`,
  relay,
  site: siteId.parse('site_SIMULATED00001'),
  enrolledAt: 1,
})
