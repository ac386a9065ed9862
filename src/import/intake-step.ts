import type { Reading, RowBatch } from './format-port.ts'
import type { RowPlan } from './row-plan.ts'
import { countPassedOver, type Tally } from './tally.ts'

/** A file as its feed's mapping makes it: the layout's columns instead of the sender's. Counts the lines that are no rows. */
export function interpretedReading(reading: Reading, { header, interpret }: RowPlan, tally: Tally): Reading {
  return { ...reading, header, batches: interpretedBatches(reading.batches, interpret, tally) }
}

async function* interpretedBatches(
  batches: AsyncIterable<RowBatch>,
  interpret: RowPlan['interpret'],
  tally: Tally,
): AsyncGenerator<RowBatch> {
  for await (const given of batches) {
    const batch = interpret === null ? given : interpret(given)
    if (batch.passedOver.length > 0) countPassedOver(tally, batch)
    yield batch
  }
}
