import { expect, test } from 'vitest'
import { assert, jsonValue, property, uint8Array } from 'fast-check'
import { jsonTree, type JsonNode } from './json-tree.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

function valueOf(node: JsonNode): unknown {
  if (node.kind === 'object') return Object.fromEntries(node.children.map(child => [child.key, valueOf(child)]))
  if (node.kind === 'array') return node.children.map(valueOf)
  return node.kind === 'string' ? node.text : JSON.parse(node.text)
}

test('reads any JSON as JSON.parse does', () => {
  // Names such as __proto__ mean something else to Object.fromEntries' assignment than to JSON.parse.
  const json = jsonValue({ maxDepth: 5 })
    .map(value => JSON.stringify(value))
    .filter(text => !text.includes('__proto__'))
  assert(
    property(json, text => {
      expect(valueOf(jsonTree(bytesOf(text))!)).toEqual(JSON.parse(text))
    }),
  )
})

test('never fails on garbage: it is no JSON, or all of it is', () => {
  assert(
    property(uint8Array({ maxLength: 60 }), bytes => {
      const tree = jsonTree(bytes)
      expect(tree === null || tree.end <= bytes.length).toBe(true)
    }),
  )
})

test('each part stands where it was written, in bytes', () => {
  const bytes = bytesOf('{"id": 4, "params": ["wörk", "0a"]}\n')
  const worker = jsonTree(bytes)!.children[1]!.children[0]!
  expect(new TextDecoder().decode(bytes.subarray(worker.start, worker.end))).toBe('"wörk"')
  expect(worker.text).toBe('wörk')
})

test('a line cut short is no JSON', () => {
  expect(jsonTree(bytesOf('{"id":1,"resu'))).toBe(null)
})
