import { Link } from 'react-router'
import { Empty } from '../parts/nothing.tsx'
import { street as texts } from '../texts/street.ts'

export function Lost() {
  return (
    <Empty title={texts.thereIsNoSuchPage}>
      {texts.perhapsTheAddressIsMisspelt} <Link to="/">{texts.goToTheStreet}</Link>
    </Empty>
  )
}
