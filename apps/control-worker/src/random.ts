/** Fills fresh bytes from the platform's generator: what `newId` asks for. */
export const random = (bytes: Uint8Array): Uint8Array => crypto.getRandomValues(bytes)
