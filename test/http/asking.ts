import { CONSOLE_HEADER } from '../../src/http/cross-site.ts'
import type { TestGate } from './gate.ts'

/** Signs one of the house's people in and gives the way to ask as the console does for them. */
export async function askingAs(house: TestGate, { name, password }: { name: string; password: string }) {
  const cookie = await house.signIn(name, password)
  return async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) => {
    const headers = { cookie, [CONSOLE_HEADER]: '1' }
    const answer = await house.gate.app.inject({ method, url: `/api/v1${url}`, headers, ...(payload ? { payload } : {}) })
    return { status: answer.statusCode, body: answer.json() }
  }
}
