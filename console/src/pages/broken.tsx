import { Button } from '@mantine/core'
import { useRouteError } from 'react-router'
import { Empty } from '../parts/nothing.tsx'
import { street as texts } from '../texts/street.ts'

/** A page that broke, or came from a version that is gone: another load brings the present one. */
export function Broken() {
  const error = useRouteError()
  return (
    <main>
      <Empty title={texts.thisPageBroke}>
        {error instanceof Error ? error.message : texts.itDidNotSayWhy} {texts.theServerAndYourStockGoOn}
      </Empty>
      <div style={{ textAlign: 'center' }}>
        <Button onClick={() => location.reload()}>{texts.loadThePageAgain}</Button>
      </div>
    </main>
  )
}
