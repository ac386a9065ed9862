import { expect, test } from 'vitest'
import { changesIn, changesOfConsole, isOfKind, notPressed, PRESSED } from './system/pressed.ts'

/* Whatever the console changes is pressed by a browser test; the list of both is test/system/pressed.ts. */

const changes = changesOfConsole()
const pressed = Object.values(PRESSED).flat()

test('every change that the console asks for is pressed by a browser test, and none is listed that it does not', () => {
  expect(changes.length).toBeGreaterThan(60)
  expect(changes.filter(change => !pressed.some(kind => isOfKind(kind, change)))).toEqual([])
  expect(pressed.filter(kind => !changes.some(change => isOfKind(kind, change)))).toEqual([])
})

test.each([
  ["change('PUT', '/session/password', given)", ['PUT /session/password']],
  ['const at = (id: number) => `/files/\u0024{id}`\nchange<Done>("POST", `\u0024{at(3)}/cancel\u0024{query}`)', ['POST /files/*/cancel']],
  ['change("PUT", `\u0024{of.path}/switches`)', ['PUT */switches']],
  ['upload(`/feeds/\u0024{feed}/files`, file)', ['POST /feeds/*/files']],
  ['getJson("/files")', []],
])('%s', (code, found) => expect(changesIn(code)).toEqual(found))

test.each([
  ['POST /files/12/cancel', 'POST /files/*/cancel', true],
  ['POST /files/12/rows/retry', 'POST /files/*/*', false],
  ['PUT /facilities/A%2F1/switches', 'PUT */switches', true],
  ['PUT /session/password', 'POST /session/password', false],
])('%s is of the kind %s: %s', (request, kind, isIt) => expect(isOfKind(request, kind)).toBe(isIt))

test('a browser test that presses less than it promised says what', () => {
  expect(notPressed('/somewhere/mapping-editor.test.ts', ['POST /samples/7/preview'])).toEqual(['POST /samples/*/review'])
  expect(notPressed('/somewhere/mapping-editor.test.ts', ['POST /samples/7/review'])).toEqual([])
})
