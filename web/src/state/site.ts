/** What the server tells every page about itself and about this visit; in the `site` meta of the shell. */
import { isFields, parseJson } from '@/protocol/guards'

export type Registering = 'open' | 'invite' | 'closed'

export interface Site {
  /** Origins besides our own that media are loaded from: the bucket's, with `storage.backend: oss`. */
  readonly media: readonly string[]
  /** Bytes of the largest file the server takes; 0 when it does not say. */
  readonly uploadBytes: number
  /** Anyone may write to anyone, friend or not. */
  readonly strangers: boolean
  /** Every member of a group may name all of it; else its owner alone. */
  readonly mentionAll: boolean
  /** People have points, and send each other red packets. */
  readonly wallet: boolean
  /** Who may make an account: anyone, who has an invite code, nobody. */
  readonly register: Registering
  /** Users whose session cookies this browser has. */
  readonly accounts: readonly number[]
  /** `Sec-Fetch-Site` of the request for this page: where the click came from; '' from an older browser. */
  readonly from: string
}

const silent: Site = {
  media: [],
  uploadBytes: 0,
  strangers: false,
  mentionAll: false,
  wallet: false,
  register: 'open',
  accounts: [],
  from: '',
}

/** What this page was told; `readSite` fills it in. */
export let site: Site = silent

export function readSite(json: string | undefined): Site {
  const told = parseJson(json ?? '')
  if (isFields(told)) {
    const { media, accounts, uploadBytes, strangers, mentionAll, wallet, register, from } = told
    site = {
      media: Array.isArray(media) ? media.filter((origin) => typeof origin === 'string') : [],
      uploadBytes: typeof uploadBytes === 'number' ? uploadBytes : 0,
      strangers: strangers === true,
      mentionAll: mentionAll === true,
      wallet: wallet === true,
      register: register === 'invite' || register === 'closed' ? register : 'open',
      accounts: Array.isArray(accounts) ? accounts.filter((id) => typeof id === 'number') : [],
      from: typeof from === 'string' ? from : '',
    }
  }
  return site
}
