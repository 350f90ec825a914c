export type {
  Account,
  Answers,
  CommandDeps,
  CommandDialogue,
  Credentials,
  Dialogue,
  Draft,
  Driver,
  HttpReply,
  Identity,
  Request,
  Transport,
} from './driver.ts'
export { askMinerWho, identifyMiner, recogniseMiner, type Identified, type Recognised } from './identify.ts'
export { MinerError, type MinerErrorCode } from './miner-error.ts'
export { decodeRecorded, recordedTransport } from './recorded.ts'
export { commandsOf, driverById, drivers, pollFloorMsOf } from './registry.ts'
export { commandMiner, readMiner, refreshMiner, type CommandOptions, type ReadOptions } from './run.ts'
