import { probe, type ProbeResult } from '../discovery/probe.ts'
import type { Target } from '../discovery/targets.ts'

/** Where miners answer: the cgminer API, the web page, WhatsMiner V3. */
const minerPorts = [4028, 80, 4433]
/** On a LAN an answer comes in milliseconds; a busy control board takes longer. */
const timeoutMs = 1500

export const probeFrom =
  (localAddress: string | undefined) =>
  (target: Target, signal: AbortSignal): Promise<ProbeResult> => {
    const ports = minerPorts.map(port => target.ports[port] ?? port)
    return probe(target.address, { ports, timeoutMs, signal, localAddress })
  }
