import { Button, CopyButton } from '@mantine/core'
import { parts as texts } from '../texts/parts.ts'

/** A secret that is shown this once. */
export function Once({ what, secret }: { what: string; secret: string }) {
  return (
    <p role="status">
      {what}
      {texts.shownThisOnce} <code className="mono">{secret}</code>{' '}
      <CopyButton value={secret}>
        {({ copied, copy }) => (
          <Button size="compact-xs" variant="default" onClick={copy}>
            {copied ? texts.copied : texts.copy2}
          </Button>
        )}
      </CopyButton>
    </p>
  )
}
