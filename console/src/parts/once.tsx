import { Button, CopyButton } from '@mantine/core'

/** A secret that is shown this once. */
export function Once({ what, secret }: { what: string; secret: string }) {
  return (
    <p role="status">
      {what}, shown this once: <code className="mono">{secret}</code>{' '}
      <CopyButton value={secret}>
        {({ copied, copy }) => (
          <Button size="compact-xs" variant="default" onClick={copy}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </p>
  )
}
