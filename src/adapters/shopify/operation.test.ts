import { describe, expect, test } from 'vitest'
import * as documents from './documents.ts'
import { operationOf } from './operation.ts'

const body = (query: string, variables: object = {}, rest: object = {}) => JSON.stringify({ query, variables, ...rest })

describe('what a request would do is read from the parsed operation, not from its text', () => {
  const WRITE = 'inventorySetQuantities(input: $input) { userErrors { field } }'
  test.each<[string, string, 'read' | 'write', string[]]>([
    ['a query', body('query A { shop { id } }'), 'read', ['shop']],
    ['a query without the word', body('{ shop { id } }'), 'read', ['shop']],
    ['a mutation', body(`mutation B { ${WRITE} }`), 'write', ['inventorySetQuantities']],
    ['a mutation behind a comment', body(`# query\nmutation B { ${WRITE} }`), 'write', ['inventorySetQuantities']],
    ['a mutation behind a fragment', body(`fragment F on Shop { id } mutation B { ${WRITE} }`), 'write', ['inventorySetQuantities']],
    ['a mutation inside a fragment', body(`mutation { ...F } fragment F on Mutation { ${WRITE} }`), 'write', ['inventorySetQuantities']],
    ['a mutation inside an inline fragment', body(`mutation { ... on Mutation { ${WRITE} } }`), 'write', ['inventorySetQuantities']],
    ['a mutation under another name', body(`mutation { bulkOperationRunQuery: ${WRITE} }`), 'write', ['inventorySetQuantities']],
    ['a query named mutation', body('query mutation { shop { id } }'), 'read', ['shop']],
    [
      'the mutation of two operations',
      body(`query A { shop { id } } mutation B { ${WRITE} }`, {}, { operationName: 'B' }),
      'write',
      ['inventorySetQuantities'],
    ],
    ['the query of two operations', body(`query A { shop { id } } mutation B { ${WRITE} }`, {}, { operationName: 'A' }), 'read', ['shop']],
    ['two operations and no choice', body(`query A { shop { id } } query B { shop { id } }`), 'write', []],
    [
      'a read beside a write',
      body(`mutation { bulkOperationCancel(id: "1") { userErrors { field } } ${WRITE} }`),
      'write',
      ['bulkOperationCancel', 'inventorySetQuantities'],
    ],
    ['a bulk query', body(documents.RUN_BULK_QUERY, { query: documents.BULK_LEVELS }), 'read', ['bulkOperationRunQuery']],
    ['a mutation as a bulk query', body(documents.RUN_BULK_QUERY, { query: `mutation { ${WRITE} }` }), 'write', ['bulkOperationRunQuery']],
    [
      'a bulk mutation',
      body('mutation { bulkOperationRunMutation(mutation: "", stagedUploadPath: "") { userErrors { field } } }'),
      'write',
      ['bulkOperationRunMutation'],
    ],
    ['an empty mutation of a fragment that goes in circles', body('mutation { ...F } fragment F on Mutation { ...F }'), 'write', []],
    ['no GraphQL', body('mutation {'), 'write', []],
    ['no JSON', 'mutation', 'write', []],
    ['no query', '{}', 'write', []],
  ])('%s', (_, bytes, effect, roots) => expect(operationOf(bytes)).toMatchObject({ effect, roots }))

  test.each(Object.entries(documents).filter(([, text]) => /^(query|mutation)/.test(text)))('%s is named for the job log', (_, text) => {
    expect(operationOf(body(text, { query: '{ shop { id } }' })).name).not.toBeNull()
  })
})
