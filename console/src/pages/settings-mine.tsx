import { Button, SegmentedControl, Select, useMantineColorScheme } from '@mantine/core'
import { browserLocale, browserTimeZone, keepMine, useMine } from '../parts/mine.ts'
import { bytes, decimal, signed, whole } from '../parts/number.ts'
import { Facts, Panel } from '../parts/panel.tsx'
import { useNow } from '../parts/when.tsx'
import { clockTime, exact } from '../parts/zone.ts'
import { settings as texts } from '../texts/settings.ts'
import classes from './settings.module.css'

const LOCALES = [
  ...['en-GB', 'en-US', 'en-AU', 'en-CA', 'en-IE', 'en-IN', 'en-NZ', 'en-ZA'],
  ...[
    'bg-BG',
    'cs-CZ',
    'da-DK',
    'de-AT',
    'de-CH',
    'de-DE',
    'el-GR',
    'es-ES',
    'es-MX',
    'et-EE',
    'fi-FI',
    'fr-BE',
    'fr-CA',
    'fr-CH',
    'fr-FR',
  ],
  ...['he-IL', 'hi-IN', 'hr-HR', 'hu-HU', 'id-ID', 'it-CH', 'it-IT', 'ja-JP', 'ko-KR', 'lt-LT', 'lv-LV', 'nb-NO', 'nl-BE', 'nl-NL'],
  ...['pl-PL', 'pt-BR', 'pt-PT', 'ro-RO', 'sk-SK', 'sl-SI', 'sv-SE', 'th-TH', 'tr-TR', 'uk-UA', 'vi-VN', 'zh-CN', 'zh-TW'],
]
const NAMES = new Intl.DisplayNames('en', { type: 'language', languageDisplay: 'standard' })

/** Each by its English name, since that is what is looked for. */
const OFFERED = LOCALES.map(value => ({ value, label: `${NAMES.of(value) ?? value} · ${sampleOf(value)}` }))

function sampleOf(locale: string): string {
  return new Intl.NumberFormat(locale, { numberingSystem: 'latn' }).format(1_234_567.8)
}

/** Colours, numbers, dates and the zone of times, as one person wants to read them; seen at once below. */
export function MySettings() {
  const mine = useMine()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const now = useNow()
  return (
    <div className={classes.stack}>
      <Panel title={texts.colours}>
        <SegmentedControl
          aria-label={texts.colours}
          value={colorScheme}
          onChange={value => setColorScheme(value as typeof colorScheme)}
          data={[
            { value: 'light', label: texts.light },
            { value: 'dark', label: texts.dark },
            { value: 'auto', label: texts.asTheSystem },
          ]}
        />
      </Panel>
      <Panel
        title={texts.numbersAndDates}
        actions={
          (mine.locale !== null || mine.timeZone !== null) && (
            <Button size="xs" variant="default" onClick={() => keepMine({ locale: null, timeZone: null })}>
              {texts.backToTheBrowser}
            </Button>
          )
        }
      >
        <div className={classes.fields}>
          <Select
            label={texts.writtenAs}
            description={texts.writtenAsNote}
            searchable
            value={mine.locale ?? ''}
            onChange={value => keepMine({ locale: value || null })}
            data={[{ value: '', label: texts.asTheBrowser(`${NAMES.of(browserLocale())} · ${sampleOf(browserLocale())}`) }, ...OFFERED]}
            allowDeselect={false}
          />
          <Select
            label={texts.timeZone}
            description={texts.timeZoneNote}
            searchable
            limit={60}
            value={mine.timeZone ?? ''}
            onChange={value => keepMine({ timeZone: value || null })}
            data={[
              { value: '', label: texts.asTheBrowser(browserTimeZone()) },
              'UTC',
              ...Intl.supportedValuesOf('timeZone').filter(one => one !== 'UTC'),
            ]}
            allowDeselect={false}
          />
        </div>
      </Panel>
      <Panel title={texts.example}>
        <Facts
          facts={[
            [texts.aNumber, whole(1_234_567)],
            [texts.aChange, signed(-1_200)],
            [texts.aShare, `${decimal(99.95, 2)} %`],
            [texts.aSize, bytes(81_400)],
            [texts.anHour, clockTime(now, now)],
            [texts.anInstant, exact(now)],
          ]}
        />
      </Panel>
    </div>
  )
}
