import { type DocumentNode, type FragmentDefinitionNode, Kind, OperationTypeNode, parse, type SelectionSetNode } from 'graphql'

/** What one request would do in the shop, read from the parsed document and never from its text. */
export type Operation = {
  /** The operation's own name; null: it has none. */
  name: string | null
  roots: string[]
  /** `write`: it may change something of the shop. What cannot be judged counts as a write. */
  effect: 'read' | 'write'
}

/** Mutations by which nothing of the shop's changes: they ask it to read, or to tell us something. */
const READING_MUTATIONS: ReadonlySet<string> = new Set([
  'bulkOperationRunQuery',
  'bulkOperationCancel',
  'webhookSubscriptionCreate',
  'webhookSubscriptionUpdate',
  'webhookSubscriptionDelete',
])

const NOT_UNDERSTOOD: Operation = { name: null, roots: [], effect: 'write' }

/** @param body the bytes that would be posted. */
export function operationOf(body: string): Operation {
  try {
    const asked = JSON.parse(body) as { query?: unknown; operationName?: unknown; variables?: Record<string, unknown> } | null
    if (typeof asked?.query !== 'string') return NOT_UNDERSTOOD
    const operation = operationIn(parse(asked.query, { noLocation: true }), asked.operationName)
    return isBulkOfWrites(operation, asked.variables) ? { ...operation, effect: 'write' } : operation
  } catch {
    return NOT_UNDERSTOOD // Neither JSON nor GraphQL: nobody can say what it would do.
  }
}

function operationIn(document: DocumentNode, wanted: unknown): Operation {
  const operations = document.definitions.filter(definition => definition.kind === Kind.OPERATION_DEFINITION)
  const named = typeof wanted === 'string' && wanted !== '' ? operations.filter(each => each.name?.value === wanted) : operations
  const operation = named.length === 1 ? named[0] : undefined
  if (operation === undefined) return NOT_UNDERSTOOD
  const roots = rootsOf(operation.selectionSet, fragmentsOf(document), new Set())
  const isRead =
    operation.operation === OperationTypeNode.QUERY ||
    (operation.operation === OperationTypeNode.MUTATION && roots.length > 0 && roots.every(root => READING_MUTATIONS.has(root)))
  return { name: operation.name?.value ?? null, roots, effect: isRead ? 'read' : 'write' }
}

/** Field names at the top, whatever alias they go by and however deep in fragments they are put. */
function rootsOf(selections: SelectionSetNode, fragments: Map<string, FragmentDefinitionNode>, seen: Set<string>): string[] {
  return selections.selections.flatMap(selection => {
    if (selection.kind === Kind.FIELD) return [selection.name.value]
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootsOf(selection.selectionSet, fragments, seen)
    const fragment = fragments.get(selection.name.value)
    if (fragment === undefined || seen.has(selection.name.value)) return []
    return rootsOf(fragment.selectionSet, fragments, seen.add(selection.name.value))
  })
}

function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = document.definitions.filter(definition => definition.kind === Kind.FRAGMENT_DEFINITION)
  return new Map(fragments.map(fragment => [fragment.name.value, fragment]))
}

/** The inner text of a bulk query is a document of its own. */
function isBulkOfWrites(operation: Operation, variables: Record<string, unknown> | undefined): boolean {
  if (!operation.roots.includes('bulkOperationRunQuery')) return false
  const inner = variables?.query
  return typeof inner !== 'string' || operationIn(parse(inner, { noLocation: true }), undefined).effect === 'write'
}
