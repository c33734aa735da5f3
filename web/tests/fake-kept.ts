/** What the user of the fake server keeps: favourites and stickers. */
import type { Kind } from '@/protocol/codes'
import { chatKey } from '@/protocol/conversations'
import type { DraftRow } from '@/protocol/drafts'
import type { Favorite } from '@/protocol/favorites'
import { FakeStore, type Form } from './fake-store'

export abstract class FakeKept extends FakeStore {
  /** An event for this user. */
  abstract tell(frame: object): void

  /** The newest first. */
  favorites: Favorite[] = []
  /** The newest first. */
  stickers: { id: number; url: string }[] = []

  /** What the user sends later. */
  schedules: { id: number }[] = []
  /** By chat, what the user has begun to write on some device; those without a text are gone. */
  readonly drafts = new Map<string, DraftRow>()

  /** The user writes on some device. */
  draft(form: { kind: Kind; dstid: number; content: string; at?: number[] }): DraftRow {
    const rev = Math.max(0, ...[...this.drafts.values()].map((row) => row.rev)) + 1
    const { kind, dstid, content, at = [] } = form
    const row = { kind, dstid, content, at, rev, updateat: Date.now() }
    this.drafts.set(chatKey(kind, dstid), row)
    return row
  }

  /** The answer to a call about them; null for any other. */
  protected answerKept(path: string, form: Form): object | null {
    switch (path) {
      case '/draft/set': {
        const { kind, dstid, content = '', rev } = form
        const there = this.drafts.get(chatKey(kind, dstid))
        if (there?.content && rev !== there.rev) return { code: -409, msg: '草稿已在其他设备上修改', data: there }
        if ((there?.content ?? '') === content) return { data: there ?? { kind, dstid, rev: 0, updateat: 0 } }
        const row = this.draft({ kind, dstid, content, at: form.at })
        this.tell({ cmd: 31, ...row })
        return { data: row }
      }
      case '/schedule/list':
        return { rows: this.schedules, data: { more: 0 } }
      case '/schedule/add': {
        const { cmd, ...said } = form
        const row = { ...said, id: this.schedules.length + 1, kind: cmd, state: 'waiting' }
        this.schedules = [...this.schedules, row]
        this.tell({ cmd: 32, what: 'schedule', state: 'waiting', row })
        return { data: row }
      }
      case '/schedule/remove':
      case '/schedule/now':
        this.schedules = this.schedules.filter(({ id }) => id !== form.id)
        return {}
      case '/draft/list': {
        const rows = [...this.drafts.values()].sort((a, b) => a.rev - b.rev)
        const { after } = form
        const found = rows.filter(({ rev, content }) => (after === undefined ? content : rev > after))
        return { rows: found, data: { more: 0, rev: found.at(-1)?.rev ?? after ?? 0 } }
      }
      case '/favorite/add': {
        const message = this.rows(chatKey(form.kind, form.dstid)).find(({ id }) => id === form.id)
        if (!message || message.recalled) return { code: -404, msg: '该消息不存在' }
        const kept = { id: (this.favorites[0]?.id ?? 0) + 1, message: { ...message }, createat: Date.now() }
        this.favorites = [kept, ...this.favorites]
        return { data: kept }
      }
      case '/favorite/list': {
        const { before = Infinity, q = '', limit } = form
        const found = this.favorites.filter(({ id, message }) => id < before && (message.content ?? '').includes(q))
        return { rows: found.slice(0, limit), data: { more: found.length > limit ? 1 : 0 } }
      }
      case '/favorite/remove': {
        const left = this.favorites.filter(({ id }) => id !== form.favorite)
        if (left.length === this.favorites.length) return { code: -404, msg: '该收藏不存在' }
        this.favorites = left
        return {}
      }
      case '/sticker/list':
        return { rows: this.stickers }
      case '/sticker/add': {
        const { url = '' } = form
        const kept = this.stickers.find((one) => one.url === url) ?? { id: this.stickers.length + 1, url }
        if (!this.stickers.includes(kept)) this.stickers = [kept, ...this.stickers]
        return { data: kept }
      }
      case '/sticker/remove': {
        const left = this.stickers.filter(({ id }) => id !== form.id)
        if (left.length === this.stickers.length) return { code: -404, msg: '该表情不存在' }
        this.stickers = left
        return {}
      }
      default:
        return null
    }
  }
}
