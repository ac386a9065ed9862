/* From the answer of a bulk query to lines: one object a line, the rows of an inner list after the row they hang on. */

import { type FieldNode, Kind, type SelectionSetNode } from 'graphql'

export type BulkLines = { lines: string; objectCount: number; rootObjectCount: number }

/** `set` is the selection of the operation, `data` its answer. */
export function toLines(set: SelectionSetNode, data: Record<string, unknown>): BulkLines {
  const lines: string[] = []
  let rootObjectCount = 0
  const emit = (rows: SelectionSetNode, edges: Edges, parentId: string | null): void => {
    for (const { node } of edges.edges) {
      const { own, lists } = takeApart(rows, node)
      lines.push(JSON.stringify(parentId === null ? own : { ...own, __parentId: parentId }))
      if (parentId === null) rootObjectCount += 1
      for (const list of lists) emit(list.rows, list.edges, typeof node.id === 'string' ? node.id : null)
    }
  }
  for (const list of takeApart(set, data).lists) emit(list.rows, list.edges, null)
  return { lines: lines.length === 0 ? '' : `${lines.join('\n')}\n`, objectCount: lines.length, rootObjectCount }
}

type Row = Record<string, unknown>
type Edges = { edges: { node: Row }[] }
type List = { rows: SelectionSetNode; edges: Edges }

/** An object without its lists, and its lists, however deep in it they stand. */
function takeApart(set: SelectionSetNode, data: Row): { own: Row; lists: List[] } {
  const own: Row = {}
  const lists: List[] = []
  for (const field of fieldsOf(set)) {
    const key = field.alias?.value ?? field.name.value
    const value = data[key]
    const rows = nodeSelection(field)
    if (rows !== null && isObject(value)) lists.push({ rows, edges: value as Edges })
    else if (field.selectionSet !== undefined && isObject(value)) {
      const inner = takeApart(field.selectionSet, value)
      own[key] = inner.own
      lists.push(...inner.lists)
    } else if (value !== undefined) own[key] = value
  }
  return { own, lists }
}

/** What is selected of each row, when the field is a list by `edges { node }`. */
function nodeSelection(field: FieldNode): SelectionSetNode | null {
  const edges = field.selectionSet && fieldsOf(field.selectionSet).find(each => each.name.value === 'edges')
  const node = edges?.selectionSet && fieldsOf(edges.selectionSet).find(each => each.name.value === 'node')
  return node?.selectionSet ?? null
}

/** Named fragments are rare in bulk queries, and refused before (see `bulk-engine.ts`). */
function fieldsOf(set: SelectionSetNode): FieldNode[] {
  return set.selections.flatMap(each =>
    each.kind === Kind.FIELD ? [each] : each.kind === Kind.INLINE_FRAGMENT ? fieldsOf(each.selectionSet) : [],
  )
}

function isObject(value: unknown): value is Row {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
