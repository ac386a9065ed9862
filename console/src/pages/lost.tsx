import { Link } from 'react-router'
import { PageHead } from '../parts/panel.tsx'
import { street as texts } from '../texts/street.ts'

export function Lost() {
  return (
    <PageHead
      title={texts.thereIsNoSuchPage}
      lead={
        <>
          {texts.perhapsTheAddressIsMisspelt} <Link to="/">{texts.goToTheStreet}</Link>
        </>
      }
    />
  )
}
