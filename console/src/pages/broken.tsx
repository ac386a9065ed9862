import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useRouteError } from 'react-router'
import { Empty } from '../parts/nothing.tsx'
import { street as texts } from '../texts/street.ts'

const ASK_AGAIN_MS = 3_000

/**
 * A page that broke, or came from a version that is gone: another load brings the present one. Where it could not be fetched since nobody
 * answers, that is said, and it comes back when somebody does.
 */
export function Broken() {
  const error = useRouteError()
  const isServerSilent = useServerSilence()
  if (isServerSilent) {
    return (
      <main>
        <Empty title={texts.theServerDoesNotAnswer}>{texts.thisPageComesBackByItself}</Empty>
      </main>
    )
  }
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

/** Whether nobody answers at the moment. Who was silent and answers again has the page loaded anew. */
function useServerSilence(): boolean {
  const [isSilent, setSilent] = useState(false)
  useEffect(() => {
    let wasSilent = false
    let timer: ReturnType<typeof setTimeout> | undefined
    let isGone = false
    void ask()
    return () => {
      isGone = true
      clearTimeout(timer)
    }

    async function ask() {
      const answers = await fetch('/health/live', { signal: AbortSignal.timeout(ASK_AGAIN_MS) }).then(
        answer => answer.ok,
        () => false,
      )
      if (isGone) return
      if (answers && wasSilent) location.reload()
      if (answers) return
      wasSilent = true
      setSilent(true)
      timer = setTimeout(ask, ASK_AGAIN_MS)
    }
  }, [])
  return isSilent
}
