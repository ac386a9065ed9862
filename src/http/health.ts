import type { FastifyInstance } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Db } from '../db/connection.ts'
import { TrueupError } from '../kernel/error.ts'
import type { Answer } from './contract/instant.ts'
import type { street } from './contract/street.ts'

const DURATIONS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1, 3]

export type Metrics = {
  registry: Registry
  /** All figures; the street is read for them. */
  asText(): Promise<string>
  /** Counts one unit of work of a room. */
  stepped(step: { room: string; outcome: 'finished' | 'failed'; read: number; wrote: number }): void
}

/** Figures for Prometheus: those of the process, of requests, of steps, and the street itself, read when they are asked for. */
export function openMetrics({ streetNow }: { streetNow: () => Promise<Answer<typeof street>> }): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const steps = new Counter({ name: 'trueup_steps_total', help: 'Units of work by room', labelNames: ['room', 'outcome'], registers })
  const rows = new Counter({
    name: 'trueup_step_rows_total',
    help: 'Rows read and written by steps',
    labelNames: ['room', 'kind'],
    registers,
  })
  const stuck = new Gauge({ name: 'trueup_room_stuck', help: 'Held or blocked items of a room', labelNames: ['room'], registers })
  const levels = new Gauge({ name: 'trueup_levels', help: 'Levels by what was proved', labelNames: ['verdict'], registers })
  const backlog = new Gauge({ name: 'trueup_room_backlog', help: 'Items that wait in a room', labelNames: ['room'], registers })
  return {
    async asText() {
      const { rooms, sync } = await streetNow()
      for (const room of rooms) {
        backlog.set({ room: room.room }, room.backlog)
        stuck.set({ room: room.room }, room.stuck)
      }
      levels.set({ verdict: 'equal' }, sync.levelsEqual)
      levels.set({ verdict: 'different' }, sync.levelsDifferent)
      levels.set({ verdict: 'waiting' }, sync.levelsWaiting)
      return registry.metrics()
    },
    registry,
    stepped({ room, outcome, read, wrote }) {
      steps.inc({ room, outcome })
      rows.inc({ room, kind: 'read' }, read)
      rows.inc({ room, kind: 'wrote' }, wrote)
    },
  }
}

/** A database that takes longer for nothing at all is not there. */
const READY_MS_MAX = 3_000

function notReady(): TrueupError {
  return new TrueupError('DB_UNREACHABLE', `The database has not answered for ${READY_MS_MAX / 1_000} s.`, {
    retry: 'backoff',
    hint: 'Wait: it is tried again by itself. Look at the log of PostgreSQL, and at DATABASE_URL where it is a server.',
  })
}

/** For whoever keeps the program running: does it live, can it work, and how is it doing? None of it needs a sign-in. */
export function mountHealth(app: FastifyInstance, { db, metrics }: { db: Db; metrics: Metrics }): void {
  const requests = new Histogram({
    name: 'trueup_http_request_seconds',
    help: 'How long answers took',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATIONS_S,
    registers: [metrics.registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    const labels = { method: request.method, route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) }
    requests.observe(labels, reply.elapsedTime / 1_000)
  })
  const hidden = { schema: { hide: true } }
  app.get('/health/live', hidden, async () => ({ live: true }))
  app.get('/health/ready', hidden, async () => {
    const patience = AbortSignal.timeout(READY_MS_MAX)
    const late = new Promise<never>((_, reject) => patience.addEventListener('abort', () => reject(notReady()), { once: true }))
    await Promise.race([db.query('select 1'), late])
    return { ready: true }
  })
  app.get('/metrics', hidden, async (_request, reply) => reply.type(metrics.registry.contentType).send(await metrics.asText()))
}
