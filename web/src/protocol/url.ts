/**
 * Addresses in messages are written by strangers: only these may become links or sources.
 *
 * A script or data address, and one of any scheme but http(s), gives ''.
 */

const here = 'https://page.invalid'

/** An address to open in a new tab: http or https, or a path of this server. */
export function linkUrl(url: string | undefined): string {
  // Classic pages write `//asset/…` for a path of their server.
  const address = (url ?? '').trim().replace(/^\/+(?=(?:asset|mnt)\/)/, '/')
  if (!address) return ''
  try {
    // Resolved as the browser will, so that "/\t/elsewhere" is not taken for a path.
    if (address.startsWith('/')) return new URL(address, here).origin === here ? address : ''
    const { protocol, href } = new URL(/^www\.[^\s/]+\.[a-z]{2,}/i.test(address) ? `https://${address}` : address)
    return protocol === 'http:' || protocol === 'https:' ? href : ''
  } catch {
    return ''
  }
}

/** An address to load as a picture, sound or film: a link, or a local object of this page. */
export function mediaUrl(url: string | undefined): string {
  return url?.startsWith('blob:') ? url : linkUrl(url)
}

/** An address from which a file is saved as `name`: our server is told it, and so is a bucket it may lead to. */
export function fileUrl(url: string | undefined, name: string): string {
  const address = mediaUrl(url)
  if (!address.startsWith('/mnt/') || /[?#]/.test(address)) return address
  try {
    return `${address}?name=${encodeURIComponent(name)}`
  } catch {
    return address // half a sign, which no address can hold
  }
}

/** Folders of our server with pictures, sounds and films: what was uploaded, and what came with it. */
const ourFolders = /^\/(?:mnt|asset)\//
let ourOrigins: readonly string[] = []

/** Tells from where our media come besides our own server, once at the start: the bucket's origins. */
export function trustMedia(origins: readonly string[]): void {
  ourOrigins = origins
}

/** The address of one of our own media, or a local object; '' for any other. Loading it tells no stranger anything. */
export function ownMediaUrl(url: string | undefined): string {
  const address = mediaUrl(url)
  if (address === '' || address.startsWith('blob:')) return address
  const { origin, pathname } = new URL(address, here)
  if (ourOrigins.includes(origin)) return address
  const ours = origin === here || origin === globalThis.location?.origin
  return ours && ourFolders.test(pathname) ? address : ''
}
