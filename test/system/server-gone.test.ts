import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenConsole, openConsole } from './browser.ts'

/*
 * What a page says that is open while its server hangs, is stopped, or cannot be reached: never what was true a minute ago.
 */

let home: OpenConsole
let page: OpenConsole['page']
let line: Line

beforeAll(async () => {
  home = await openConsole()
  await home.signIn()
  await home.running.drop()
  line = await openLine(Number(new URL(home.url('/')).port))
  page = await home.context.newPage()
})
afterAll(async () => {
  await line?.close()
  await home?.close()
})

const answer = () => page.getByRole('region', { name: 'Is stock in sync?' })

test('while the server hangs and breaks no connection, nothing says in sync; once it answers, it does', async () => {
  await page.goto(line.url)
  await expect.poll(() => answer().textContent(), { timeout: 90_000 }).toContain('In sync')
  line.hang()
  await expect.poll(() => answer().textContent(), { timeout: 30_000 }).toMatch(/Unknown: the server has not been heard for 1\d s/)
  expect((await page.locator('body').textContent())?.toLowerCase()).not.toContain('in sync')
  line.goOn()
  await expect.poll(() => answer().textContent(), { timeout: 30_000 }).toContain('In sync')
})

test('a page that cannot be fetched says that nobody answers, and comes by itself when somebody does', async () => {
  await page.goto(line.url)
  await answer().waitFor()
  await line.cut()
  await page.getByRole('link', { name: 'Audit log' }).click()
  await page.getByRole('heading', { name: 'The server does not answer' }).waitFor()
  await line.mend()
  await page.getByRole('heading', { level: 1, name: 'Audit log' }).waitFor({ timeout: 20_000 })
})

test('when the server is gone, nothing says in sync any longer', async () => {
  await page.goto(line.url)
  await expect.poll(() => answer().textContent(), { timeout: 30_000 }).toContain('In sync')
  await home.running.stop()
  await expect.poll(() => answer().textContent(), { timeout: 30_000 }).toContain('Unknown: the server has not been heard')
  expect((await page.locator('body').textContent())?.toLowerCase()).not.toContain('in sync')
})

type Line = { url: string; hang(): void; goOn(): void; cut(): Promise<void>; mend(): Promise<void>; close(): Promise<void> }

/** A line to the console that can be held up, so that not a byte comes while it stays open, or cut. */
async function openLine(port: number): Promise<Line> {
  const sockets = new Set<Socket>()
  let isHeld = false
  const server = createServer(near => {
    const far = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      if (isHeld) hold(from)
    }
  })
  const listen = (at: number) => new Promise<void>(resolve => server.listen(at, '127.0.0.1', resolve))
  const cut = async () => {
    const closed = new Promise(resolve => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  }
  await listen(0)
  const { port: near } = server.address() as AddressInfo
  const hold = (socket: Socket) => socket.unpipe().pause()
  return {
    url: `http://127.0.0.1:${near}/`,
    hang() {
      isHeld = true
      for (const socket of sockets) hold(socket)
    },
    // What hung in between is dropped: a browser asks again.
    goOn() {
      isHeld = false
      for (const socket of sockets) socket.destroy()
    },
    cut,
    mend: () => listen(near),
    close: cut,
  }
}
