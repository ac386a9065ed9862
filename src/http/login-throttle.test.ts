import { expect, test } from 'vitest'
import {
  FAILURES_PER_ADDRESS_MAX,
  FAILURES_PER_NAME_MAX,
  FAILURES_PER_PERSON_MAX,
  FAILURES_WINDOW_MS,
  openLoginThrottle,
} from './login-throttle.ts'

const NOW = 1_000_000
const ada = { name: 'ada', address: '10.0.0.1' }

test('after five failures the next try waits until the window is over', () => {
  const throttle = openLoginThrottle()
  for (let failure = 1; failure <= FAILURES_PER_PERSON_MAX; failure += 1) {
    expect(throttle.waitMs(ada, NOW)).toBe(0)
    throttle.failed(ada, NOW)
  }
  expect(throttle.waitMs(ada, NOW + 1_000)).toBe(FAILURES_WINDOW_MS - 1_000)
  expect(throttle.waitMs(ada, NOW + FAILURES_WINDOW_MS)).toBe(0)
})

test('somebody else, and the same person from elsewhere, do not wait', () => {
  const throttle = openLoginThrottle()
  for (let failure = 1; failure <= FAILURES_PER_PERSON_MAX; failure += 1) throttle.failed(ada, NOW)
  expect(throttle.waitMs({ ...ada, name: 'ben' }, NOW)).toBe(0)
  expect(throttle.waitMs({ ...ada, address: '10.0.0.2' }, NOW)).toBe(0)
})

test('one address cannot try many names, and one name is not tried from everywhere', () => {
  const byAddress = openLoginThrottle()
  for (let n = 0; n < FAILURES_PER_ADDRESS_MAX; n += 1) byAddress.failed({ name: `name ${n}`, address: '10.0.0.1' }, NOW)
  expect(byAddress.waitMs(ada, NOW)).toBe(FAILURES_WINDOW_MS)
  const byName = openLoginThrottle()
  for (let n = 0; n < FAILURES_PER_NAME_MAX; n += 1) byName.failed({ name: 'ada', address: `10.1.0.${n}` }, NOW)
  expect(byName.waitMs(ada, NOW)).toBe(FAILURES_WINDOW_MS)
})

test('who got in begins anew; the address does not', () => {
  const throttle = openLoginThrottle()
  for (let n = 0; n < FAILURES_PER_ADDRESS_MAX - 1; n += 1) throttle.failed(n < 4 ? ada : { ...ada, name: `name ${n}` }, NOW)
  throttle.succeeded(ada)
  throttle.failed(ada, NOW)
  expect(throttle.waitMs(ada, NOW)).toBe(FAILURES_WINDOW_MS)
  expect(throttle.waitMs({ ...ada, address: '10.0.0.2' }, NOW)).toBe(0)
})

test('guessing with ever new names does not fill the memory', () => {
  const throttle = openLoginThrottle()
  for (let n = 0; n < 30_000; n += 1) throttle.failed({ name: `name ${n}`, address: `address ${n}` }, NOW)
  expect(throttle.waitMs(ada, NOW)).toBe(0)
})
