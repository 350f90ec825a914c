/** Why the box cannot start: one clear line each, for a person. */
export class BoxError extends Error {
  override readonly name = 'BoxError'
}
