import { parts as texts } from '../texts/parts.ts'
/** A room as it is called on the screen. */
export const titleOf = (room: string): string => (room === 'catalog' ? texts.catalogue : room.charAt(0).toUpperCase() + room.slice(1))

/** Where one learns more of a room. */
export const placeOf = (room: string): string => (room === 'catalog' ? '/findings' : `/rooms/${room}`)
