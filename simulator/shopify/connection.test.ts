import { describe, expect, test } from 'vitest'
import { type PageArgs, page } from './connection.ts'

const rows = [30, 10, 20, 50, 40].map(id => ({ id }))
const ids = (args: PageArgs): number[] => page(rows, args, { everything: false }).nodes.map(row => row.id)
const cursor = (id: number): string =>
  page(rows, { first: 5 }, { everything: false }).edges.find(edge => edge.node.id === id)?.cursor as string

describe('pages', () => {
  const table: [title: string, args: PageArgs, expected: number[], next: boolean, previous: boolean][] = [
    ['the first two', { first: 2 }, [10, 20], true, false],
    ['two after one', { first: 2, after: cursor(20) }, [30, 40], true, true],
    ['the rest', { first: 2, after: cursor(40) }, [50], false, true],
    ['the last two', { last: 2 }, [40, 50], false, true],
    ['two before one', { last: 2, before: cursor(30) }, [10, 20], true, false],
    ['backwards', { first: 2, reverse: true }, [50, 40], true, false],
    ['backwards after one', { first: 9, reverse: true, after: cursor(20) }, [10], false, true],
  ]
  test.each(table)('%s', (_title, args, expected, hasNextPage, hasPreviousPage) => {
    expect(ids(args)).toEqual(expected)
    expect(page(rows, args, { everything: false }).pageInfo).toMatchObject({ hasNextPage, hasPreviousPage })
  })

  const wrong: [title: string, args: PageArgs][] = [
    ['neither first nor last', {}],
    ['both', { first: 1, last: 1 }],
    ['more than 250', { first: 251 }],
    ['less than none', { first: -1 }],
    ['a cursor of somebody else', { first: 1, after: 'abc' }],
  ]
  test.each(wrong)('%s is refused', (_title, args) => expect(() => ids(args)).toThrow())

  test('a row that is gone does not lose its place', () => {
    const left = rows.filter(row => row.id !== 20)
    expect(page(left, { first: 2, after: cursor(20) }, { everything: false }).nodes.map(row => row.id)).toEqual([30, 40])
  })
})
