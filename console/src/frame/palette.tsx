import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { lazy, Suspense } from 'react'
import { frame as texts } from '../texts/frame.ts'
import classes from './palette.module.css'

/** Comes when it is wanted: the first load carries the button only. */
const PaletteBox = lazy(() => import('./palette-box.tsx'))

/** Ctrl K: "Where is it stuck?", and every page by its name. */
export function Palette() {
  const [isOpen, palette] = useDisclosure(false)
  useHotkeys([['mod+K', palette.toggle]], [])
  return (
    <>
      <button type="button" className={classes.opener} onClick={palette.open} aria-label={texts.whereIsItStuckSearchBySku}>
        <IconSearch size={16} aria-hidden />
        <span>{texts.whereIsItStuck}</span>
        <kbd>{texts.ctrlK}</kbd>
      </button>
      <Suspense fallback={null}>{isOpen && <PaletteBox close={palette.close} />}</Suspense>
    </>
  )
}
