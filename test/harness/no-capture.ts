const away = () => Promise.reject(new Error('the capture is away'))

/** For a relay core without a capture process: questions to it fail, as they do while it is away. */
export const noCapture = {
  sessions: away,
  session: away,
  messages: away,
  message: away,
  health: away,
  tail: () => ({ [Symbol.dispose]: () => {} }),
}
