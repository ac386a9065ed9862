import type { TestProject } from 'vitest/node'
import { setUpWith } from './database-setup.ts'

/** The run on a served PostgreSQL: TEST_DATABASE_URL, or a temporary cluster of this machine's packages. */
export default function setup(project: TestProject): Promise<() => Promise<void>> {
  return setUpWith(project, 'served-server.ts')
}
