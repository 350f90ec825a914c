import { modelKey, type ModelFacts } from '../reading/model-facts.ts'

/** What an Antminer of this name should have; the name as the machine tells it. */
export function antminerFacts(model: string | null): ModelFacts | null {
  return model === null ? null : (byName.get(modelKey(model)) ?? null)
}

// name:boards:chips per board:fans:algorithm:nameplate TH/s. As published by pyasic and asic-rs (Apache-2.0).
const table = `
KS5PRO:3:92:4:kheavyhash: L11:3:88:4:scrypt: L3++:4:72:2:scrypt: S19JPRO:3:126:4:sha256:
S21PRO+:3:65:4:sha256:245 S21EXPHYD:3:160:0:sha256: D3:3:60:4:x11: D7:3:70:4:x11: D9:3:126:4:x11:
DR5:3:72:2:blake256: E9PRO:2:8:4:ethash: HS3:3:92:4:handshake: K7:3:92:2:eaglesong: KA3:3:92:4:kadena:
KS3:3:92:2:kheavyhash: KS5:3:92:4:kheavyhash: KS7:3:108:4:kheavyhash:41.3424 L3+:4:72:2:scrypt:
L7:3:120:4:scrypt: L9:3:110:4:scrypt: S17:3:48:4:sha256:56 S17PRO:3:48:4:sha256:53 S17+:3:65:4:sha256:73
S17E:3:135:4:sha256: S19:3:76:4:sha256:95 S19HYD:4:104:0:sha256: S19NOPIC:3:88:4:sha256:
S19PRO:3:114:4:sha256:110 S19PROA:3:114:4:sha256: S19PROHYD:4:180:0:sha256:184 S19PRO+:3:120:4:sha256:
S19PRO+HYD:4:180:0:sha256:191 S19XP:3:110:4:sha256:141 S19XPHYD:3:204:0:sha256: S19XP+:3:108:4:sha256:
S19+:3:80:4:sha256:100 S19KPRO:3:77:4:sha256: S19L:3:76:4:sha256: S19A:3:72:4:sha256:96
S19APRO:3:100:4:sha256:110 S19I:3:80:4:sha256: S19J:3:114:4:sha256:90 S19JNOPIC:3:88:4:sha256:
S19J88NOPIC:3:88:4:sha256: S19JPRONOPIC:3:126:4:sha256: S19JPRO+:3:120:4:sha256:122
S19JPRO+NOPIC:3:120:4:sha256: S19JXP:3:110:4:sha256:151 S19J+:3:108:4:sha256: S19KPRONOPIC:3:77:4:sha256:
S21:3:108:4:sha256:200 BHB68601:3:108:4:sha256:200 BHB68606:3:108:4:sha256:200 S21HYD:3:216:0:sha256:335
S21PRO:3:65:4:sha256:237.088 S21XP:3:91:4:sha256:270 S21XPHYD:3:160:0:sha256:473 S21+:3:55:4:sha256:235
S21+HYD:3:95:0:sha256:319 S21JXPHYD:3:42:0:sha256:495 S23HYD:3:84:0:sha256:582 S9:3:63:2:sha256:13.5
S9I:3:63:2:sha256: S9J:3:63:2:sha256: T17:3:30:4:sha256:40 T17+:3:44:4:sha256:64 T17E:3:78:4:sha256:
T19:3:76:4:sha256:84 T21:3:108:4:sha256:190 T9:3:54:2:sha256:12.5 Z15:3:3:2:equihash: Z15PRO:3:6:2:equihash:
`

const byName: ReadonlyMap<string, ModelFacts> = new Map(
  table
    .trim()
    .split(/\s+/)
    .map(entry => {
      const [name = '', boards, chips, fans, algorithm, nameplateThs] = entry.split(':')
      return [
        name,
        {
          boards: fact(boards),
          chips: fact(chips),
          fans: fact(fans),
          algorithm: algorithm ?? null,
          nameplateHs: hs(nameplateThs),
        },
      ]
    }),
)

function fact(value: string | undefined): number | null {
  return value ? Number(value) : null
}

function hs(ths: string | undefined): number | null {
  return ths ? Number(ths) * 1e12 : null
}
