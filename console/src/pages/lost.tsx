import { Link } from 'react-router'
import { Empty } from '../parts/nothing.tsx'

export function Lost() {
  return (
    <Empty title="There is no such page">
      Perhaps the address is misspelt. <Link to="/">Go to the street</Link>
    </Empty>
  )
}
