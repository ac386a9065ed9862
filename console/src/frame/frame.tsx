import { ActionIcon, Drawer, Menu, Tooltip, useMantineColorScheme } from '@mantine/core'
import { useDisclosure, useMediaQuery } from '@mantine/hooks'
import { IconAdjustments, IconDeviceDesktop, IconKey, IconLogout, IconMenu2, IconMoon, IconSun, IconUser } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { Link, NavLink, Outlet, ScrollRestoration, useLocation, useNavigation } from 'react-router'
import { useEvents } from '../api/live.ts'
import { type Session, useSession, useSignOut } from '../api/queries.ts'
import { SignIn } from '../pages/sign-in.tsx'
import { useKeys } from '../parts/keys.ts'
import { NotShown } from '../parts/nothing.tsx'
import { frame as texts } from '../texts/frame.ts'
import classes from './frame.module.css'
import { Palette } from './palette.tsx'
import { PARTS, PLACES } from './places.ts'
import { SyncAnnouncer, SyncPill } from './sync-pill.tsx'

/** What stands around every page: the menu, whether stock is in sync, and who is signed in. Nobody signed in: the sign-in. */
export function Frame() {
  const session = useSession()
  const isHelp = useIsHelp()
  useEvents(Boolean(session.data))
  if (session.data === undefined) {
    return session.error ? <NotShown error={session.error} retry={() => session.refetch()} isTrying={session.isFetching} /> : null
  }
  if (isHelp) return <Inside session={session.data} />
  return session.data === null ? <SignIn /> : <Inside session={session.data} />
}

/** The pages of error codes may be read by whoever meets the error, signed in or not. */
function useIsHelp(): boolean {
  return useLocation().pathname.startsWith('/help/')
}

function Inside({ session }: { session: Session | null }) {
  const isWide = useMediaQuery('(min-width: 62em)', true, { getInitialValueInEffect: false })
  const [isMenuOpen, menu] = useDisclosure(false)
  const [isFolded, setFolded] = useState(() => localStorage.getItem('trueup-menu') === 'folded')
  const { pathname } = useLocation()
  const isGoing = useNavigation().state !== 'idle'
  useKeys()
  const title = useTitle(pathname)

  function toggle() {
    if (!isWide) return menu.toggle()
    localStorage.setItem('trueup-menu', isFolded ? 'open' : 'folded')
    setFolded(!isFolded)
  }

  return (
    <div className={classes.frame} data-folded={!isWide || isFolded || undefined}>
      <a className="skip" href="#main">
        {texts.skipToThePage}
      </a>
      <header className={classes.head}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={texts.menu}
          aria-expanded={isWide ? !isFolded : isMenuOpen}
          onClick={toggle}
        >
          <IconMenu2 size={20} />
        </ActionIcon>
        <Link to="/" className={classes.mark}>
          <img src="/icon.svg" alt="" width={22} height={22} />
          {texts.trueup}
        </Link>
        {session && <SyncPill />}
        <div className={classes.right}>
          {session && <Palette />}
          <SchemeSwitch />
          {session ? <Person session={session} /> : <Link to="/">{texts.signIn}</Link>}
        </div>
        {isGoing && <div className={classes.going} />}
      </header>
      {isWide && !isFolded && (
        <nav className={classes.menu} aria-label={texts.main}>
          <Places />
        </nav>
      )}
      {!isWide && (
        <Drawer
          opened={isMenuOpen}
          onClose={menu.close}
          title={texts.trueup}
          size={260}
          closeButtonProps={{ 'aria-label': texts.closeTheMenu }}
        >
          <nav aria-label={texts.main}>
            <Places onGo={menu.close} />
          </nav>
        </Drawer>
      )}
      <main id="main" className={classes.main} tabIndex={-1}>
        <Outlet />
      </main>
      {session && <SyncAnnouncer />}
      <div aria-live="polite" className="sr-only">
        {title}
      </div>
      <ScrollRestoration />
    </div>
  )
}

function Places({ onGo }: { onGo?: () => void }) {
  const places = useRef<HTMLDivElement>(null)
  const { pathname } = useLocation()
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each page another place is the present one
  useEffect(() => {
    places.current?.querySelector('[aria-current="page"]')?.scrollIntoView({ block: 'nearest' })
  }, [pathname])
  return (
    <div ref={places} className={classes.places}>
      {PARTS.map(({ label: part, places: inside }) => (
        <div key={part}>
          {part !== null && <p aria-hidden>{part}</p>}
          <ul aria-label={part ?? undefined}>
            {inside.map(({ to, label, icon: Icon }) => (
              <li key={to}>
                <NavLink to={to} end={to === '/'} {...(onGo ? { onClick: onGo } : {})}>
                  <Icon size={18} stroke={1.75} aria-hidden />
                  {label}
                </NavLink>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  )
}

const SCHEMES = {
  light: { next: 'dark', label: texts.lightColoursSwitchToDark, Icon: IconSun },
  dark: { next: 'auto', label: texts.darkColoursSwitchToThoseOfThe, Icon: IconMoon },
  auto: { next: 'light', label: texts.coloursOfTheSystemSwitchToLight, Icon: IconDeviceDesktop },
} as const

function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const { next, label, Icon } = SCHEMES[colorScheme]
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={() => setColorScheme(next)}>
        <Icon size={18} stroke={1.75} />
      </ActionIcon>
    </Tooltip>
  )
}

function Person({ session }: { session: Session }) {
  const signOut = useSignOut()
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={texts.signedInAs(session.name)}>
          <IconUser size={18} stroke={1.75} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {session.name}, {session.role}
        </Menu.Label>
        <Menu.Item component={Link} to="/settings/mine" leftSection={<IconAdjustments size={16} />}>
          {texts.mySettings}
        </Menu.Item>
        <Menu.Item component={Link} to="/users" leftSection={<IconKey size={16} />}>
          {texts.password}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => signOut.mutate()}>
          {texts.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** An address that somebody typed may hold a lone percent sign. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** What the window is called, which is said aloud too where a link led to another page: nothing else tells who does not see it. */
function useTitle(pathname: string): string {
  const place = PLACES.find(one => (one.to === '/' ? pathname === '/' : pathname.startsWith(one.to)))
  const inside = pathname.split('/')[2]
  const title = [inside ? decoded(inside) : null, place?.label, texts.trueup].filter(Boolean).join(' · ')
  useEffect(() => {
    document.title = title
  }, [title])
  return title
}
