import type { Model } from './model.ts'
import { models } from './models.ts'

// About what a mid-sized farm runs: mostly S19 and newer, some WhatsMiners, a shelf of Bitaxes.
const weights: Readonly<Record<string, number>> = {
  s19pro: 14,
  s19jpro: 15,
  s21: 12,
  s21pro: 9,
  s17pro: 3,
  s9: 2,
  'm30s++': 12,
  m50s: 11,
  m60s: 12,
  'bitaxe-ultra': 2,
  'bitaxe-supra': 3,
  'bitaxe-gamma': 5,
}

/** Models for `count` miners, those of one model side by side as in a rack. */
export function demoMix(count: number): readonly Model[] {
  const chosen = new Map<Model, number>()
  const total = models.reduce((sum, model) => sum + weightOf(model), 0)
  for (let given = 1; given <= count; given += 1) {
    const [next] = models
      .map(model => ({ model, lacks: (weightOf(model) * given) / total - (chosen.get(model) ?? 0) }))
      .sort((a, b) => b.lacks - a.lacks)
    if (next !== undefined) chosen.set(next.model, (chosen.get(next.model) ?? 0) + 1)
  }
  return models.flatMap(model => Array.from({ length: chosen.get(model) ?? 0 }, () => model))
}

function weightOf(model: Model): number {
  return weights[model.id] ?? 0
}
