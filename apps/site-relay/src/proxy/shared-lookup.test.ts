import { expect, test } from 'vitest'
import { shareLookups } from './shared-lookup.ts'

function setUp() {
  const asked: string[] = []
  const answers: PromiseWithResolvers<{ address: string; family: number }[]>[] = []
  const lookup = shareLookups(host => {
    asked.push(host)
    const answer = Promise.withResolvers<{ address: string; family: number }[]>()
    answers.push(answer)
    return answer.promise
  })
  const ask = (host: string, all = true) =>
    new Promise(resolve => lookup(host, { all }, (error, found) => resolve(error ?? found)))
  return { asked, answers, ask }
}
const here = { address: '127.0.0.1', family: 4 }

test('[P3] a name that is not answered is looked up once, however many miners wait, and holds up no other', async () => {
  const { asked, answers, ask } = setUp()
  const waiting = [ask('silent.pool'), ask('silent.pool'), ask('silent.pool')]
  const other = ask('good.pool', false)
  answers[1]!.resolve([here])
  expect([await other, asked]).toEqual(['127.0.0.1', ['silent.pool', 'good.pool']])
  answers[0]!.reject(new Error('EAI_AGAIN'))
  expect(await Promise.all(waiting)).toEqual([1, 2, 3].map(() => new Error('EAI_AGAIN')))
})

test('looks a name up anew for whoever comes later', async () => {
  const { asked, answers, ask } = setUp()
  const first = ask('pool')
  answers[0]!.resolve([here])
  expect(await first).toEqual([here])
  const second = ask('pool')
  answers[1]!.resolve([])
  expect([await second, asked]).toEqual([[], ['pool', 'pool']])
})
