import type { Sql, Tx } from '../db/connection.ts'

/** How many minutes a change may take until the shop shows it. */
export async function objectiveMinutes(sql: Sql): Promise<number> {
  const rows = await sql.query<{ minutes: number }>('select minutes from reconcile.objective')
  return rows[0]?.minutes ?? OBJECTIVE_MINUTES_USUAL
}

export async function setObjectiveMinutes(tx: Tx, minutes: number): Promise<void> {
  await tx.query(`insert into reconcile.objective (minutes) values ($1) on conflict (only_one) do update set minutes = excluded.minutes`, [
    minutes,
  ])
}

const OBJECTIVE_MINUTES_USUAL = 10
