/** A word of `headframe`: runs to its end, and throws an error of one line for a person when it fails. */
export type Command = (words: readonly string[]) => Promise<void>

/** One JSON value on one line of stdout, and nothing else there: programs read the last line. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
