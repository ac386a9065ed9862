import { expect, onTestFinished, test, vi } from 'vitest'
import { DEFAULT_SHOP, simulateMain } from './main.ts'

test('several shops are started by one command, each at an address of its own, and sell in one world', async () => {
  const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const file = DEFAULT_SHOP.pathname
  const shops = await simulateMain(['--shop', file, '--shop', file])
  said.mockRestore()
  onTestFinished(() => shops.close())
  expect(new Set(shops.urls).size).toBe(2)
  const call = (url: string, method: string, path: string, body?: unknown) =>
    fetch(`${url}/_simulator/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }).then(answer =>
      answer.json(),
    )
  const [one = '', two = ''] = shops.urls
  await call(one, 'PUT', 'truth', { pools: [{ name: 'mugs', addUnits: 7 }] })
  expect(await call(two, 'GET', 'truth')).toMatchObject({ pools: [{ name: 'mugs', freeUnits: 7 }] })
})
