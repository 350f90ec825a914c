/** Why the front cannot start, as one line for the person who started it. */
export class FrontError extends Error {}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** `EADDRINUSE` and the like. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}
