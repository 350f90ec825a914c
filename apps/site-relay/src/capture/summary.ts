import type { Answer, Call, Fact, Message, Reject } from '@headframe/stratum'
import { cleanText } from './clean-text.ts'
import type { ShareVerdict } from './entry.ts'

/** One line that tells what a message says: `set difficulty 8192`, `share rejected: stale (Job not found)`. */
export function summaryOf(message: Message, facts: readonly Fact[], check: ShareVerdict | null): string {
  return cleanText(sentence(message, facts, check), maxLength)
}

/** Of the 512 characters of a summary, with room for a remark behind it. */
const maxLength = 480

/** Why a line could not be decoded. */
export function whyUnreadable(message: Extract<Message, { kind: 'unreadable' }>): string {
  return unreadable[message.why]
}

const unreadable = {
  'too-long': 'longer than 1 MiB: not decoded',
  'not-utf8': 'not UTF-8',
  'not-json': 'not JSON',
  'not-an-object': 'JSON, but no object',
  'not-stratum': 'an object, but no request and no response',
} as const

function sentence(message: Message, facts: readonly Fact[], check: ShareVerdict | null): string {
  switch (message.kind) {
    case 'request':
    case 'notification':
      return callSentence(message.call, check)
    case 'response':
      return answerSentence(facts, check)
    case 'blank':
      return 'blank line'
    case 'unreadable':
      return unreadable[message.why]
  }
}

function callSentence(call: Call, check: ShareVerdict | null): string {
  switch (call.kind) {
    case 'configure':
      return `configure ${call.extensions.join(', ')}`
    case 'subscribe':
      return `subscribe ${call.agent ?? ''}`.trimEnd()
    case 'authorize':
      return `authorize ${call.worker}`
    case 'submit':
      return `share${check === null ? '' : ` at difficulty ${round(check.difficulty)}`}, job ${call.share.jobId}, ${call.share.worker}`
    case 'notify':
      return `job ${call.job.id}${call.job.clean === true ? ', clean' : ''}`
    case 'set_difficulty':
      return `set difficulty ${call.difficulty}`
    case 'suggest_difficulty':
      return `suggest difficulty ${call.difficulty}`
    case 'set_extranonce':
      return `set extranonce ${call.extranonce1}, ${call.extranonce2Size} bytes more`
    case 'set_version_mask':
      return `set version mask ${hex(call.mask)}`
    case 'reconnect':
      return `reconnect${call.host === null ? '' : ` to ${call.host}:${call.port ?? '?'}`}`
    case 'show_message':
      return `message: ${call.text}`
    case 'unknown':
      return call.method
    case 'malformed':
      return `${call.method} with bad parameters`
    case 'extranonce.subscribe':
    case 'suggest_target':
    case 'get_transactions':
    case 'multi_version':
    case 'capabilities':
    case 'get_version':
    case 'ping':
      return call.kind.replace(/[._]/g, ' ')
  }
}

function answerSentence(facts: readonly Fact[], check: ShareVerdict | null): string {
  const fact = facts.find(each => each.kind === 'answer')
  return fact === undefined ? 'answer to nothing that was asked' : answerText(fact.answer, fact.method, check)
}

function answerText(answer: Answer, method: string, check: ShareVerdict | null): string {
  switch (answer.kind) {
    case 'submit-result':
      return answer.reject === null ? `share accepted${doubt(check)}` : `share rejected: ${why(answer.reject)}`
    case 'authorize-result':
      return answer.reject === null ? 'authorized' : `not authorized: ${why(answer.reject)}`
    case 'subscribe-result':
      return `subscribed: extranonce ${answer.extranonce1}, ${answer.extranonce2Size} bytes more`
    case 'malformed-subscribe':
      return 'subscribed, in a form that is not known'
    case 'configure-result':
      return answer.versionRolling
        ? `configured: version mask ${hex(answer.mask ?? 0)}`
        : 'configured: no version rolling'
    case 'error':
      return `${method} refused: ${why(answer.reject)}`
    case 'result':
      return `answer to ${method}`
    case 'orphan-response':
      return 'answer to nothing that was asked'
  }
}

/** An accepted share that by our own hashing is none deserves a look. */
function doubt(check: ShareVerdict | null): string {
  return check?.meetsDifficulty === false && !check.isBoundary ? ', although it is below its difficulty' : ''
}

function why(reject: Reject): string {
  return reject.text === null ? reject.class : `${reject.class} (${reject.text})`
}

function round(difficulty: number): string {
  return difficulty >= 100 ? String(Math.floor(difficulty)) : difficulty.toPrecision(3)
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}
