/** Previews: what the page behind a link says of itself, as the server has found it. */
import { isFields, isId, text } from './guards'
import { linkUrl, ownMediaUrl } from './url'

export interface LinkPreview {
  /** The link, as it stands in the message. */
  url: string
  title: string
  desc?: string
  /** What the site calls itself. */
  site?: string
  /** A copy of its picture on our server, `w` × `h` pixels. */
  pic?: string
  w?: number
  h?: number
}

export function parsePreview(value: unknown): LinkPreview | undefined {
  if (!isFields(value)) return undefined
  const { url, title, desc, site, pic, w, h } = value
  if (!linkUrl(text(url)) || !text(title)) return undefined
  const picture = ownMediaUrl(text(pic))
  return {
    url: text(url),
    title: text(title),
    ...(text(desc) && { desc: text(desc) }),
    ...(text(site) && { site: text(site) }),
    ...(picture && isId(w) && isId(h) && { pic: picture, w, h }),
  }
}
