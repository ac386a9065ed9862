import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestGate, type TestGate } from './gate.ts'
