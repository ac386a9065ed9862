import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Wire } from '../../../src/http/contract/instant.ts'
import type { passwordShown, peopleList, personGiven, tokenGiven, tokenShown } from '../../../src/http/contract/people.ts'
import { change, getJson } from './client.ts'

export type PersonInList = Wire<typeof peopleList>['people'][number]
export type TokenInList = Wire<typeof peopleList>['tokens'][number]
export type Role = PersonInList['role']
export type Scope = NonNullable<TokenInList['scopes']>[number]

export function usePeople() {
  return useQuery({ queryKey: ['people'], queryFn: ({ signal }) => getJson<Wire<typeof peopleList>>('/people', {}, signal) })
}

const person = (name: string) => `/people/${encodeURIComponent(name)}`

export const useAddPerson = () => useChange<Wire<typeof personGiven>, Wire<typeof passwordShown>>(given => change('POST', '/people', given))
export const useNewPassword = () => useChange<string, Wire<typeof passwordShown>>(name => change('POST', `${person(name)}/password`))
export const useSetRole = () =>
  useChange<{ name: string; role: Role }, unknown>(({ name, role }) => change('PUT', `${person(name)}/role`, { role }))
export const useRemovePerson = () => useChange<string, unknown>(name => change('DELETE', person(name)))
export const useSignOutPerson = () => useChange<string, unknown>(name => change('POST', `${person(name)}/sign-out`))
export const useSignOutEverywhere = () => useChange<void, unknown>(() => change('POST', '/session/everywhere', { everywhere: true }))
export const useAddToken = () =>
  useChange<Wire<typeof tokenGiven>, Wire<typeof tokenShown>>(given => change('POST', '/people/tokens', given))
export const useRemoveToken = () => useChange<string, unknown>(name => change('DELETE', `/people/tokens/${encodeURIComponent(name)}`))
export const useOwnPassword = () =>
  useChange<{ before: string; after: string }, unknown>(given => change('PUT', '/session/password', given))

function useChange<Given, Answered>(mutationFn: (given: Given) => Promise<Answered>) {
  const client = useQueryClient()
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: ['people'] }) })
}
