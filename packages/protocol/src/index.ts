export * from './command.ts'
export * from './ids.ts'
export * from './reading.ts'
