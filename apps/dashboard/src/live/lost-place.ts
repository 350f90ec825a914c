/** Thrown when what arrives cannot be followed any more: only a fresh copy helps. */
export class LostPlace extends Error {
  static because(this: void, cause: unknown): never {
    throw new LostPlace('what came cannot be read', { cause })
  }
}
