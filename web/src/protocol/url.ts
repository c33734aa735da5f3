/**
 * Addresses in messages are written by strangers: only these may become links or sources.
 *
 * A script or data address, and one that leads out of http(s), gives ''.
 */

const here = 'https://page.invalid'

/** An address to open in a new tab: http or https, or a path of this server. */
export function linkUrl(url: string | undefined): string {
  if (!url) return ''
  try {
    // Resolved as the browser will, so that "/\t/elsewhere" is not taken for a path.
    if (url.startsWith('/')) return new URL(url, here).origin === here ? url : ''
    const { protocol, href } = new URL(url)
    return protocol === 'http:' || protocol === 'https:' ? href : ''
  } catch {
    return ''
  }
}

/** An address to load as a picture, sound or film: a link, or a local object of this page. */
export function mediaUrl(url: string | undefined): string {
  return url?.startsWith('blob:') ? url : linkUrl(url)
}
