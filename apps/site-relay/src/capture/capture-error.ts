export type CaptureErrorCode = 'capture-down' | 'timeout' | 'refused' | 'bad-answer'

/** Why the capture process gave no answer. */
export class CaptureError extends Error {
  readonly code: CaptureErrorCode

  constructor(code: CaptureErrorCode, text: string) {
    super(text)
    this.name = 'CaptureError'
    this.code = code
  }
}
