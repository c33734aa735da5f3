/**
 * Pictures that lie on other people's servers. Loading one tells its owner who looks, from where and
 * when, so none is loaded before the reader asks for it; asked for once, it is shown while the page stands.
 */
import { computed, shallowReactive, type ComputedRef } from 'vue'
import { mediaUrl, ownMediaUrl } from '@/protocol/url'

const asked = shallowReactive(new Set<string>())

/** The reader asked for this address. */
export function reveal(url: string | undefined): void {
  const address = mediaUrl(url)
  if (address && !ownMediaUrl(address)) asked.add(address)
}

/** The address to load now: one of ours, or one that was asked for; else ''. */
export function shownUrl(url: string | undefined): string {
  const address = mediaUrl(url)
  return ownMediaUrl(address) || (asked.has(address) ? address : '')
}

export interface Foreign {
  /** What to load now, '' for nothing. */
  source: ComputedRef<string>
  /** The host that would be asked, while the reader has not agreed; '' when there is nothing to ask. */
  host: ComputedRef<string>
  show: () => void
}

/** One picture of a message. */
export function useForeign(url: () => string | undefined): Foreign {
  const source = computed(() => shownUrl(url()))
  const host = computed(() => {
    const address = mediaUrl(url())
    return address && !source.value ? new URL(address, globalThis.location?.href).host : ''
  })
  return { source, host, show: () => reveal(url()) }
}
