// The few functions of Node that we use in workerd (nodejs_compat). @types/node would bring globals that clash with those of the worker.

declare module 'node:crypto' {
  interface Hash {
    update(data: string | Uint8Array): Hash
    digest(encoding: 'hex'): string
  }
  export function createHash(algorithm: 'sha256'): Hash
  export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean
  // oxlint-disable-next-line max-params -- as Node has it
  export function scryptSync(
    password: string,
    salt: Uint8Array,
    keyLength: number,
    options: { N: number; r: number; p: number; maxmem: number },
  ): Uint8Array
}

declare module 'node:zlib' {
  export function inflateRawSync(data: Uint8Array, options: { maxOutputLength: number }): Uint8Array
  export function deflateRawSync(data: Uint8Array): Uint8Array
}
