import { TrueupError } from '../kernel/error.ts'

export function unknownSource(name: string): TrueupError {
  return new TrueupError('SOURCE_NOT_FOUND', `There is no source named ${name}.`, {
    retry: 'never',
    hint: 'Choose one that `trueup source list` or the Sources page names.',
    detail: { name },
  })
}

export function inUse(name: string): TrueupError {
  return new TrueupError('SOURCE_IN_USE', `A feed takes its files from ${name}.`, {
    retry: 'never',
    hint: 'Give the feed another source first, or switch the source off.',
    detail: { name },
  })
}

export function notShown(name: string): TrueupError {
  return new TrueupError('SOURCE_KEY_NOT_SHOWN', `That is not the key that ${name} showed last.`, {
    retry: 'never',
    hint: 'Test the connection, and accept the fingerprint that is shown then.',
    detail: { name },
  })
}
