/* Documents and variables against the schema, with errors in the shop's words and codes. */

import {
  coerceInputValue,
  type DocumentNode,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  isInputType,
  type OperationDefinitionNode,
  print,
  specifiedRules,
  typeFromAST,
  type ValidationRule,
  validate,
} from 'graphql'

export type ShopError = GraphQLFormattedError

/** Rule by rule, since only the rule knows the code. Stops at the first rule that is broken. */
export function validationErrors(schema: GraphQLSchema, document: DocumentNode): ShopError[] {
  for (const rule of specifiedRules) {
    const errors = validate(schema, document, [rule], { maxErrors: ERRORS_MAX })
    if (errors.length > 0) return errors.map(error => worded(rule, error))
  }
  return []
}

/** What is wrong with the variables of an operation; empty: they fit. */
export function variableErrors(schema: GraphQLSchema, operation: OperationDefinitionNode, given: Record<string, unknown>): ShopError[] {
  return (operation.variableDefinitions ?? []).flatMap(definition => {
    const name = definition.variable.name.value
    const type = typeFromAST(schema, definition.type as never)
    if (type === undefined || !isInputType(type)) return []
    const words = print(definition.type)
    const value = given[name]
    if (value === undefined && (definition.defaultValue !== undefined || !words.endsWith('!'))) return []
    const problems: Problem[] = []
    coerceInputValue(value ?? null, type, (path, invalid, error) => {
      if (problems.length < ERRORS_MAX) problems.push(asProblem(path, invalid, error))
    })
    if (problems.length === 0) return []
    return [invalidVariable(`$${name}`, words, { value: value ?? null, problems }, definition.loc)]
  })
}

const ERRORS_MAX = 100

const CODES: Record<string, string> = {
  FieldsOnCorrectTypeRule: 'undefinedField',
  KnownArgumentNamesRule: 'argumentNotAccepted',
  ProvidedRequiredArgumentsRule: 'missingRequiredArguments',
  ScalarLeafsRule: 'selectionMismatch',
  KnownTypeNamesRule: 'undefinedType',
  KnownDirectivesRule: 'undefinedDirective',
  NoUndefinedVariablesRule: 'variableNotDefined',
  NoUnusedVariablesRule: 'variableNotUsed',
  VariablesInAllowedPositionRule: 'variableMismatch',
  ValuesOfCorrectTypeRule: 'argumentLiteralsIncompatible',
}

function worded(rule: ValidationRule, error: GraphQLError): ShopError {
  const message = error.message
    .replace(/^Cannot query field "(\w+)" on type "(\w+)"\..*$/s, "Field '$1' doesn't exist on type '$2'")
    .replace(/^Unknown argument "(\w+)" on field "(?:\w+\.)?(\w+)"\..*$/s, "Field '$2' doesn't accept argument '$1'")
    .replace(
      /^Field "(\w+)" argument "(\w+)" of type .* is required, but it was not provided\.$/s,
      "Field '$1' is missing required arguments: $2",
    )
  return { ...error.toJSON(), message, extensions: { code: CODES[rule.name] ?? 'invalidDocument' } }
}

type Problem = { path: (string | number)[]; explanation: string }

function asProblem(path: readonly (string | number)[], invalid: unknown, error: GraphQLError): Problem {
  const missing = /^Field "(\w+)" of required type/.exec(error.message)
  if (missing !== null) return { path: [...path, missing[1] as string], explanation: 'Expected value to not be null' }
  const unknown = /^Field "(\w+)" is not defined by type "(\w+)"/.exec(error.message)
  if (unknown !== null) return { path: [...path, unknown[1] as string], explanation: `Field is not defined on ${unknown[2]}` }
  if (invalid === null || /not to be null/.test(error.message)) return { path: [...path], explanation: 'Expected value to not be null' }
  const scalar = /^(\w+) cannot represent/.exec(error.message)
  return {
    path: [...path],
    explanation: scalar === null ? error.message : `Could not coerce value ${JSON.stringify(invalid)} to ${scalar[1]}`,
  }
}

function invalidVariable(
  name: string,
  type: string,
  found: { value: unknown; problems: Problem[] },
  loc: OperationDefinitionNode['loc'],
): ShopError {
  const parts = found.problems
    .map(each => (each.path.length === 0 ? '' : `for ${each.path.join('.')} (${each.explanation})`))
    .filter(part => part !== '')
  const message = `Variable ${name} of type ${type} was provided invalid value ${parts.join(', ')}`.trim()
  const locations = loc === undefined ? [] : [{ line: loc.startToken.line, column: loc.startToken.column }]
  return { message, locations, extensions: { code: 'INVALID_VARIABLE', value: found.value, problems: found.problems } }
}
