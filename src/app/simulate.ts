import { simulateMain } from '../../simulator/shopify/main.ts'
import { untilToldToStop } from './told-to-stop.ts'

/** `trueup simulate shopify`: a shop by itself, until it is told to stop. */
export async function simulateShopify(argv: readonly string[]): Promise<number> {
  const simulator = await simulateMain(argv)
  await untilToldToStop()
  await simulator.close()
  return 0
}
