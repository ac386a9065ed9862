import { useParams } from 'react-router'
import { PageHead } from '../parts/panel.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { settings as texts } from '../texts/settings.ts'
import { Lost } from './lost.tsx'
import { ConfigurationFile } from './settings-file.tsx'
import { SettingsOfHouse } from './settings-house.tsx'
import { MySettings } from './settings-mine.tsx'

const SECTIONS = { '': SettingsOfHouse, mine: MySettings, file: ConfigurationFile } as const

/** What the house is set to, how one person reads, and the configuration as a file. */
export function SettingsPage() {
  const { section = '' } = useParams()
  const Section = SECTIONS[section as keyof typeof SECTIONS]
  if (Section === undefined) return <Lost />
  return (
    <>
      <PageHead title={texts.settings} lead={section === 'mine' ? texts.mineLead : texts.lead} />
      <Tabs
        label={texts.sections}
        tabs={[
          { to: '/settings', label: texts.thisHouse },
          { to: '/settings/mine', label: texts.mine },
          { to: '/settings/file', label: texts.configurationFile },
        ]}
      />
      <Section />
    </>
  )
}
