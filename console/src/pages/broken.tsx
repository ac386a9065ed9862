import { Button } from '@mantine/core'
import { useRouteError } from 'react-router'
import { Empty } from '../parts/nothing.tsx'

/** A page that broke, or came from a version that is gone: another load brings the present one. */
export function Broken() {
  const error = useRouteError()
  return (
    <main>
      <Empty title="This page broke">
        {error instanceof Error ? error.message : 'It did not say why.'} The server and your stock go on without it.
      </Empty>
      <div style={{ textAlign: 'center' }}>
        <Button onClick={() => location.reload()}>Load the page again</Button>
      </div>
    </main>
  )
}
