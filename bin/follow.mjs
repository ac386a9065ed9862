/*
 * Loaded first in a process that our launcher started. When the launcher is gone without a word (kill -9), this process goes the
 * same way: it would hold the data directory, and nobody would know its number. What a sudden death must not lose is safe anyway.
 */
import { Socket } from 'node:net'
import { isMainThread } from 'node:worker_threads'

const fd = process.env.TRUEUP_FOLLOW_FD
// Not for what this process starts in turn.
delete process.env.TRUEUP_FOLLOW_FD

if (fd !== undefined && isMainThread) {
  const launcher = new Socket({ fd: Number(fd), readable: true, writable: false })
  launcher.on('error', () => {})
  launcher.on('close', () => process.kill(process.pid, 'SIGKILL'))
  launcher.resume()
  launcher.unref()
}
